import { findOthersOfUser } from './find-others-of-user.ts';
import { signalAllOfUser } from './signal-all-of-user.ts';
import { systemClock } from './system-clock.ts';

const ATTEMPTS = 400;
const PAUSE_MS = 5;

/**
 * Kills every process of this user and exits with 0 when none is left: what the host does itself where it sees them, and
 * cannot where the container has a kernel of its own. Looked up, not believed of `kill`: Linux says that it has signalled
 * somebody also where there are only processes of others.
 */
let left = findOthersOfUser();
for (let attempt = 0; left.length > 0 && attempt < ATTEMPTS; attempt += 1) {
  signalAllOfUser('SIGKILL');
  await systemClock.sleep(PAUSE_MS);
  left = findOthersOfUser();
}
process.exitCode = left.length === 0 ? 0 : 1;
