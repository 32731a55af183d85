import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** A lock between processes of the host; whoever dies, it is free. */
export interface HeldLock {
  release(): Promise<void>;
}

/**
 * Takes flock(1)'s lock on a file, around a `cat` that ends with our end of its pipe. `shared` holders go together,
 * `exclusive` is alone, and `try` is exclusive or nothing: then it resolves with undefined.
 */
export async function takeLock(path: string, mode: 'try', signal: AbortSignal): Promise<HeldLock | undefined>;
export async function takeLock(
  path: string,
  mode: 'shared' | 'exclusive',
  signal: AbortSignal,
): Promise<HeldLock>;
export async function takeLock(
  path: string,
  mode: 'shared' | 'exclusive' | 'try',
  signal: AbortSignal,
): Promise<HeldLock | undefined> {
  signal.throwIfAborted();
  const flags = { shared: ['--shared'], exclusive: ['--exclusive'], try: ['--exclusive', '--nonblock'] }[
    mode
  ];
  const holder = spawn('flock', [...flags, path, 'cat'], { stdio: ['pipe', 'pipe', 'ignore'] });
  const exited = once(holder, 'exit');
  const kill = () => holder.kill('SIGKILL');
  signal.addEventListener('abort', kill, { once: true });
  // A holder that ended is seen by its exit.
  holder.stdin.on('error', () => undefined);
  // `cat` gives the byte back as soon as it runs, which is when the lock is held.
  holder.stdin.write('x');
  const held = await Promise.race([once(holder.stdout, 'data').then(() => true), exited.then(() => false)]);
  // From here on the lock is the caller's to release: an abort must not free what is in use.
  signal.removeEventListener('abort', kill);
  const release = async () => {
    holder.stdin.end();
    await exited;
  };
  if (held && !signal.aborted) return { release };
  await release();
  signal.throwIfAborted();
  if (mode === 'try') return undefined;
  throw new Error(`${path} cannot be locked.`);
}
