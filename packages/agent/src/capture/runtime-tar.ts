import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { WORKSPACE } from '../paths.ts';
import { runtimeProgram } from '../runtime-program.ts';

const MAX_WORDS = 1_500;

/** Archive formats and names are said in full: `TAR_OPTIONS` and the user's locale must not have a say. */
const ENVIRONMENT = { HOME: '/nonexistent', PATH: '/nonexistent', LC_ALL: 'C' };
const COMMON = ['--xattrs', '--xattrs-include=user.*'];

/** Starts the injected tar in a directory, the workspace unless said otherwise, stdin and stdout piped. */
export function startTar(args: readonly string[], dir: string = WORKSPACE): ChildProcess {
  const [file, ...argv] = runtimeProgram('tar');
  return spawn(file, [...argv, ...COMMON, '-C', dir, ...args], {
    cwd: '/',
    env: ENVIRONMENT,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/** Throws with tar's words where it does not end with 0. */
export async function endOfTar(tar: ChildProcess): Promise<void> {
  let words = '';
  tar.stderr?.on('data', (chunk: Buffer) => (words = (words + chunk.toString()).slice(0, MAX_WORDS)));
  const [exitCode] = (await once(tar, 'close')) as [number | null];
  if (exitCode !== 0) throw new Error(`tar ended with ${exitCode}: ${words.trim()}`);
}
