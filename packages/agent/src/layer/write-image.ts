import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { encodeManifest } from '../capture/manifest.ts';
import { endOfTar, startTar } from '../capture/runtime-tar.ts';
import { BASE_MANIFEST } from '../paths.ts';

/** Hard links between the two trees must not survive: they get different owners. */
const ARGUMENTS = [
  '--format=posix',
  '--pax-option=delete=atime,delete=ctime',
  '--sort=name',
  '--owner=0',
  '--group=0',
  '--numeric-owner',
  '--hard-dereference',
  '-cf',
  '-',
];

/** Writes a layer that was built in `root` as one archive, with a manifest of its tree beside the git directory. */
export async function writeImage(root: string, output: Writable): Promise<void> {
  const git = join(root, 'git');
  await writeFile(join(git, basename(BASE_MANIFEST)), encodeManifest(join(root, 'work')));
  const tar = startTar([...ARGUMENTS, 'work', 'git'], root);
  tar.stdin?.end();
  if (tar.stdout === null) throw new Error('tar has no output.');
  await Promise.all([endOfTar(tar), pipeline(tar.stdout, output, { end: false })]);
}
