import { writeFileSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { toPathList } from '../git/hardened-git.ts';
import { CAPTURE_SPACE, WORKSPACE } from '../paths.ts';
import type { BaseTree } from './base-tree.ts';
import { encodeCheckpointHead } from './checkpoint-head.ts';
import type { OpenedEntries } from './opened-entries.ts';
import { endOfTar, startTar } from './runtime-tar.ts';
import { walkCheckpoint } from './walk-checkpoint.ts';

const LIST = `${CAPTURE_SPACE}/list`;

/** Everything that could differ between equal trees is left out: owners, access and change times. */
const CREATE_ARGUMENTS = [
  '--format=posix',
  '--pax-option=delete=atime,delete=ctime',
  '--owner=0',
  '--group=0',
  '--numeric-owner',
  '--no-recursion',
  '--null',
  '--verbatim-files-from',
  `--files-from=${LIST}`,
  '-cf',
  '-',
];

/** Writes the checkpoint of the workspace to stdout: equal trees over equal bases give equal bytes. */
export async function writeCheckpoint(base: BaseTree, opened: OpenedEntries): Promise<void> {
  const { deleted, present } = walkCheckpoint({ root: WORKSPACE, base }, opened);
  process.stdout.write(encodeCheckpointHead({ deleted, modes: opened.list }));
  writeFileSync(LIST, toPathList(present));
  const tar = startTar(CREATE_ARGUMENTS);
  tar.stdin?.end();
  if (tar.stdout === null) throw new Error('tar has no output.');
  await Promise.all([endOfTar(tar), pipeline(tar.stdout, process.stdout, { end: false })]);
}
