import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import type { FilesSource, SourceFile } from '@drydock/contracts';

const run = promisify(execFile);
const GIT_TIMEOUT_MS = 30_000;
const MAX_OUTPUT_BYTES = 64 << 20;

/** Makes a repository, with its history, from `git fast-export` text in an empty directory. */
export async function restoreRepository(historyFile: string, directory: string): Promise<void> {
  await git(directory, ['init', '--quiet', '--initial-branch=main']);
  const child = spawn('git', ['fast-import', '--quiet'], {
    cwd: directory,
    stdio: ['pipe', 'ignore', 'inherit'],
    timeout: GIT_TIMEOUT_MS,
  });
  const exited: Promise<unknown[]> = once(child, 'exit');
  await pipeline(createReadStream(historyFile), child.stdin);
  const [code] = await exited;
  if (code !== 0) throw new Error(`git fast-import ended with ${String(code)} for ${historyFile}.`);
}

/** The repository with its history, as one file. */
export async function bundleRepository(directory: string): Promise<Uint8Array<ArrayBuffer>> {
  const file = join(directory, '.git', 'history.bundle');
  await git(directory, ['bundle', 'create', '--quiet', file, 'HEAD', 'main']);
  return new Uint8Array(await readFile(file));
}

/** The files of HEAD as a `files` source. */
export async function readHead(directory: string): Promise<FilesSource> {
  const listing = await git(directory, ['ls-tree', '-r', '-z', '--full-tree', 'HEAD']);
  const entries = listing.split('\0').filter((line) => line !== '');
  const files: SourceFile[] = [];
  for (const entry of entries) files.push(await readEntry(directory, entry));
  return { type: 'files', files };
}

/** One line of `git ls-tree`: `<mode> <type> <object>\t<path>`. */
async function readEntry(directory: string, entry: string): Promise<SourceFile> {
  const tab = entry.indexOf('\t');
  const [mode = '', , object = ''] = entry.slice(0, tab).split(' ');
  const { stdout } = await run('git', ['cat-file', 'blob', object], {
    cwd: directory,
    encoding: 'buffer',
    maxBuffer: MAX_OUTPUT_BYTES,
    timeout: GIT_TIMEOUT_MS,
  });
  const content = stdout.toString('base64');
  return { path: entry.slice(tab + 1), content, encoding: 'base64', executable: mode === '100755' };
}

async function git(cwd: string, args: readonly string[]): Promise<string> {
  const { stdout } = await run('git', args, { cwd, maxBuffer: MAX_OUTPUT_BYTES, timeout: GIT_TIMEOUT_MS });
  return stdout;
}
