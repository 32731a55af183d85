import { DrydockError } from '@drydock/core';
import { errnoOf } from './workspace/errno.ts';

/**
 * Signals every process of this user but this one: Linux leaves the caller out. What `fork`s meanwhile gets the signal
 * too, since the kernel signals all of them at once. False where nobody else is there. Refused to root, who would signal
 * every process there is.
 */
export function signalAllOfUser(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): boolean {
  if (process.getuid?.() === 0) {
    throw new DrydockError('internal_error', { message: 'This must not run as root.' });
  }
  try {
    process.kill(-1, signal);
    return true;
  } catch (cause) {
    if (errnoOf(cause) !== 'ESRCH') throw cause;
    return false;
  }
}
