import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError } from '@drydock/service-kit';

const WAIT_SECONDS = '1';

/**
 * Takes a directory for this process: two installations in one would share a Redis append-only file. The lock is
 * flock(1)'s, around a `cat` that ends with our end of its pipe: the kernel frees it however this process ends, and of
 * two that start at once one gets it. Throws ConfigError naming the holder.
 */
export async function lockDirectory(root: string): Promise<() => Promise<void>> {
  const file = join(root, 'lock');
  const holder = spawn('flock', ['--exclusive', '--wait', WAIT_SECONDS, file, 'cat'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    // A Ctrl-C of the terminal is for this process; the lock is the last thing it gives back.
    detached: true,
  });
  const exited = once(holder, 'exit');
  // A holder that ended is seen by its exit.
  holder.stdin.on('error', () => undefined);
  holder.stdin.write('x');
  // `cat` gives the byte back as soon as it runs, which is when the lock is held.
  const held = await Promise.race([once(holder.stdout, 'data').then(() => true), exited.then(() => false)]);
  if (!held) throw await refuse(root, file);
  await writeFile(file, `${process.pid}\n`, { mode: 0o600 });
  return async () => {
    holder.stdin.end();
    await exited;
  };
}

async function refuse(root: string, file: string): Promise<ConfigError> {
  const holder = (await readFile(file, 'utf8').catch(() => '')).trim();
  const who = holder === '' ? '' : ` (process ${holder})`;
  const problem = `is ${root}, where Drydock is already running${who}; stop that one, or set another directory.`;
  return new ConfigError([{ variable: 'DRYDOCK_DATA_DIR', problem }]);
}
