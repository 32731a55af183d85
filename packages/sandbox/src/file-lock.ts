import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { DrydockError } from '@drydock/core';

const WAIT_SECONDS = 10;

/**
 * Runs `work` under an exclusive lock between processes of the host. The lock is flock(1)'s, around a `cat` that ends
 * with our end of its pipe: whoever dies, the lock is free. Throws `internal_error` when it is not had within 10 s.
 */
export async function withFileLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const holder = spawn('flock', ['--exclusive', '--wait', String(WAIT_SECONDS), path, 'cat'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const exited = once(holder, 'exit');
  // A holder that ended is seen by its exit.
  holder.stdin.on('error', () => undefined);
  try {
    // `cat` gives the byte back as soon as it runs, which is when the lock is held.
    holder.stdin.write('x');
    const held = await Promise.race([once(holder.stdout, 'data').then(() => true), exited.then(() => false)]);
    if (!held) throw new DrydockError('internal_error', { message: `${path} is locked by another process.` });
    return await work();
  } finally {
    holder.stdin.end();
    await exited;
  }
}
