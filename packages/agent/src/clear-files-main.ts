import { lstatSync, readdirSync } from 'node:fs';
import { HOME } from './paths.ts';
import { removeTree } from './remove-tree.ts';

/*
 * Removes what this user has outside the workspace. Whoever runs commands next is another user, who could neither change
 * nor remove it.
 */

/** Everything that any user of a sandbox may write, beside the workspace. */
const PLACES = [HOME, '/tmp', '/dev/shm'];

const uid = process.getuid?.();
for (const place of PLACES) {
  for (const name of readdirSync(place, { encoding: 'buffer' })) {
    const path = Buffer.concat([Buffer.from(`${place}/`), name]);
    if (lstatSync(path, { throwIfNoEntry: false })?.uid === uid) removeTree(path);
  }
}
