import { DrydockError } from '@drydock/core';
import { errnoOf } from '../workspace/errno.ts';

/**
 * Kills every process of this user but this one: Linux leaves the caller out. What `fork`s meanwhile is killed too,
 * since the kernel signals all of them at once. Refused to root, who would kill every process there is.
 */
export function killAllOfUser(): void {
  if (process.getuid?.() === 0) {
    throw new DrydockError('internal_error', { message: 'The tool host must not run as root.' });
  }
  try {
    process.kill(-1, 'SIGKILL');
  } catch (cause) {
    // Nobody else is there.
    if (errnoOf(cause) !== 'ESRCH') throw cause;
  }
}
