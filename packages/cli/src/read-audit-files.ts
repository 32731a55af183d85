import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AuditEntry } from '@drydock/contracts';
import { CliError, EXIT } from './cli-error.ts';

/** Files of a directory, as the monitor names them, in the order of their entries. */
export async function listAuditFiles(dir: string): Promise<readonly string[]> {
  const names = await readdir(dir).catch((cause: unknown) => {
    const hint = 'Entries are moved to files after days; before that `audit verify` alone asks the server.';
    throw new CliError(EXIT.usage, `${dir} cannot be read. ${hint}`, { cause });
  });
  return names
    .filter((name) => /^\d{16}\.jsonl$/.test(name))
    .toSorted()
    .map((name) => join(dir, name));
}

/** Entries of files, one a line. Throws CliError for a file that cannot be read and for a line that is no entry. */
export async function* readAuditFiles(paths: readonly string[]): AsyncGenerator<AuditEntry, void> {
  for (const path of paths) {
    let line = 0;
    for await (const text of readTextLines(path)) {
      line += 1;
      yield parseEntry(text, `${path}:${line}`);
    }
  }
}

async function* readTextLines(path: string): AsyncGenerator<string, void> {
  await using file = await open(path).catch((cause: unknown) => {
    throw new CliError(EXIT.usage, `${path} cannot be read.`, { cause });
  });
  yield* file.readLines();
}

function parseEntry(text: string, where: string): AuditEntry {
  try {
    return AuditEntry.parse(JSON.parse(text));
  } catch (cause) {
    throw new CliError(EXIT.failed, `${where} is no entry of an audit log.`, { cause });
  }
}
