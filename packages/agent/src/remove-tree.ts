import { chmodSync, lstatSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs';

const ALL_OF_OWNER = 0o700;

/** Removes an entry of our own with everything below it, also where somebody made it unreadable. */
export function removeTree(path: Buffer): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) {
    unlinkSync(path);
    return;
  }
  chmodSync(path, ALL_OF_OWNER);
  for (const name of readdirSync(path, { encoding: 'buffer' })) {
    removeTree(Buffer.concat([path, Buffer.from('/'), name]));
  }
  rmdirSync(path);
}
