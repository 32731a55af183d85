import type { JobEventBody, RepositoryGuidance } from '@drydock/contracts';
import type { Sandbox } from '@drydock/core';
import { findInjection } from '@drydock/policy';

/** The first of these that a directory has is its guidance (codex-contract.md). */
const FILE_NAMES = ['AGENTS.override.md', 'AGENTS.md'] as const;
/** Of all files together: the budget that Codex has. */
const MAX_BYTES = 32 << 10;
const MAX_TOLD = 5;

type Reader = Pick<Sandbox, 'readFile'>;

interface GuidanceRequest {
  readonly sandbox: Reader;
  /** The work is there: relative, `/`-separated; empty for the root. */
  readonly directory: string;
  readonly emit: (event: JobEventBody) => void;
}

/**
 * What a repository says to agents, from its root down to a directory; a deeper file comes later. Undefined where it says nothing. It is text of others: it can steer the model, and nothing
 * else, and what speaks to the model as if it were more is told to people.
 */
export async function readGuidance(
  { sandbox, directory, emit }: GuidanceRequest,
  signal: AbortSignal,
): Promise<RepositoryGuidance | undefined> {
  const files: { path: string; text: string }[] = [];
  let room = MAX_BYTES;
  let isCut = false;
  for (const prefix of prefixesOf(directory)) {
    const found = await readFirst(sandbox, prefix, signal);
    if (found === undefined) continue;
    const kept = cutBytes(found.bytes, room);
    isCut ||= kept.byteLength < found.bytes.byteLength;
    room -= kept.byteLength;
    const text = new TextDecoder().decode(kept);
    if (text.trim() !== '') files.push({ path: found.path, text });
  }
  for (const { text } of files) tellInjection(text, emit);
  return files.length === 0 ? undefined : { files, isCut };
}

/** `a/b` → ``, `a/`, `a/b/`. */
function prefixesOf(directory: string): string[] {
  const parts = directory.split('/').filter((part) => part !== '');
  return ['', ...parts.map((_, at) => `${parts.slice(0, at + 1).join('/')}/`)];
}

async function readFirst(
  sandbox: Reader,
  prefix: string,
  signal: AbortSignal,
): Promise<{ path: string; bytes: Uint8Array } | undefined> {
  for (const name of FILE_NAMES) {
    const path = `${prefix}${name}`;
    // One more than may be kept: that it is longer has to be seen.
    const bytes = await sandbox.readFile(path, MAX_BYTES + 1, signal);
    if (bytes !== undefined) return { path, bytes };
  }
  return undefined;
}

/** At a boundary of characters: half of one would be shown as another. */
function cutBytes(bytes: Uint8Array, room: number): Uint8Array {
  if (bytes.byteLength <= room) return bytes;
  let end = room;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end);
}

function tellInjection(text: string, emit: (event: JobEventBody) => void): void {
  for (const { origin, rule, excerpt } of findInjection(text, 'repository_file').slice(0, MAX_TOLD)) {
    emit({ type: 'injection.suspected', data: { origin, rule, excerpt } });
  }
}
