import { readFileSync, readdirSync } from 'node:fs';

const PID = /^\d+$/;
const UID = /^Uid:\s+(\d+)/m;
/** Ended, and waits for its parent to notice. Its first thread alone says so too, while others run on. */
const ZOMBIE = /^State:\s+Z/m;
const ONE_THREAD = /^Threads:\s+[01]$/m;

/** Processes of this user in this container, but for this one, by number. One that ends meanwhile is not among them. */
export function findOthersOfUser(): string[] {
  const uid = String(process.getuid?.());
  return readdirSync('/proc').filter((pid) => {
    if (!PID.test(pid) || pid === String(process.pid)) return false;
    const status = readStatus(pid);
    const isDead = ZOMBIE.test(status) && ONE_THREAD.test(status);
    return UID.exec(status)?.[1] === uid && !isDead;
  });
}

function readStatus(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return ''; // gone since the directory was read
  }
}
