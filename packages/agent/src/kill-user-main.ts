import { signalAllOfUser } from './signal-all-of-user.ts';
import { systemClock } from './system-clock.ts';

const ATTEMPTS = 400;
const PAUSE_MS = 5;

/**
 * Kills every process of this user and exits with 0 when none is left: what the host does itself where it sees them, and
 * cannot where the container has a kernel of its own. A killed process that nobody waited for yet is still there.
 */
let isAlone = !signalAllOfUser('SIGKILL');
for (let attempt = 0; !isAlone && attempt < ATTEMPTS; attempt += 1) {
  await systemClock.sleep(PAUSE_MS);
  isAlone = !signalAllOfUser('SIGKILL');
}
process.exitCode = isAlone ? 0 : 1;
