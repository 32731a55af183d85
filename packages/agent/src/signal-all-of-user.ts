import { DrydockError } from '@drydock/core';
import { errnoOf } from './workspace/errno.ts';

/**
 * Signals every process of this user but this one: Linux leaves the caller out. What `fork`s meanwhile gets the signal
 * too, since the kernel signals all of them at once. Refused to root, who would signal
 * every process there is.
 */
export function signalAllOfUser(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
  if (process.getuid?.() === 0) {
    throw new DrydockError('internal_error', { message: 'This must not run as root.' });
  }
  try {
    process.kill(-1, signal);
  } catch (cause) {
    // Nobody else is there.
    if (errnoOf(cause) !== 'ESRCH') throw cause;
  }
}
