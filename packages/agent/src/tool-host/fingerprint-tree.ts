import { createHash } from 'node:crypto';
import { lstatSync, readdirSync } from 'node:fs';

/**
 * A digest of names, kinds, sizes and change times below a directory; contents are not read. No user can set a change
 * time, so a file that was given back its size and its time is seen all the same. What cannot be looked into counts by
 * its own entry. A directory that is not there has the digest of an empty one.
 */
export function fingerprintTree(root: string): string {
  const hash = createHash('sha256');
  const waiting = [Buffer.from(root)];
  // Bounded by the inodes of the layer, which are capped.
  for (let dir = waiting.pop(); dir !== undefined; dir = waiting.pop()) {
    for (const name of list(dir)) {
      const path = Buffer.concat([dir, Buffer.from('/'), name]);
      const found = lstatSync(path, { bigint: true, throwIfNoEntry: false });
      if (found === undefined) continue;
      hash.update(`${found.mode} ${found.ino} ${found.size} ${found.ctimeNs} `).update(path).update('\0');
      if (found.isDirectory()) waiting.push(path);
    }
  }
  return hash.digest('hex');
}

function list(dir: Buffer): Buffer[] {
  try {
    return readdirSync(dir, { encoding: 'buffer' }).toSorted((a, b) => a.compare(b));
  } catch {
    // Unreadable, or gone since it was listed.
    return [];
  }
}
