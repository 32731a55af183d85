import { link, lutimes, mkdir, copyFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Makes the second git directory of a layer, the one that is believed: the first is in the workspace, for its user to
 * change. Objects are shared as hard links, which an overlay on top keeps apart.
 */
export async function copyGitDir(from: string, to: string): Promise<void> {
  await mkdir(to);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await copyGitDir(source, target);
    else if (source.includes('/objects/')) await link(source, target);
    else await copyFile(source, target);
  }
}

/** Gives everything below `dir` and itself one time: a tree is the same on every host, to the last bit. */
export async function setTimes(dir: string, timeSeconds: number): Promise<void> {
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) await setTimes(path, timeSeconds);
    else await lutimes(path, timeSeconds, timeSeconds);
  }
  await lutimes(dir, timeSeconds, timeSeconds);
}
