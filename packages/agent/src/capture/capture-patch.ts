import { mkdirSync } from 'node:fs';
import { fromPathList, runGit, toPathList, type GitPlace } from '../git/hardened-git.ts';
import { CAPTURE_SPACE, PRISTINE_GIT, WORKSPACE } from '../paths.ts';
import type { BaseTree } from './base-tree.ts';
import type { OpenedEntries } from './opened-entries.ts';
import { walkChanges, type TreeChanges } from './walk-changes.ts';

const MAX_LEFT_OUT = 100;
const MAX_PATH_LENGTH = 300;

/** Index and objects are the capture's own: the workspace may be full, and its repository is not believed. */
const PLACE: GitPlace = {
  cwd: WORKSPACE,
  env: {
    GIT_DIR: PRISTINE_GIT,
    GIT_WORK_TREE: WORKSPACE,
    GIT_INDEX_FILE: `${CAPTURE_SPACE}/index`,
    GIT_OBJECT_DIRECTORY: `${CAPTURE_SPACE}/objects`,
    GIT_ALTERNATE_OBJECT_DIRECTORIES: `${PRISTINE_GIT}/objects`,
  },
};

const DIFF_ARGUMENTS = [
  'diff-index',
  '--cached',
  '--no-renames',
  '--full-index',
  '--binary',
  '-p',
  '--no-ext-diff',
  '--no-textconv',
  '--no-color',
  '--src-prefix=a/',
  '--dst-prefix=b/',
  'HEAD',
];

export interface PatchOfWorkspace {
  readonly diff: Buffer;
  /** What no patch can carry, at most 100 paths. */
  readonly leftOut: readonly string[];
}

/**
 * Makes the diff between base and workspace. The changed paths go one by one into a fresh index of the base:
 * `git add -A` would take an old index's word for what did not change, and turn a folder with a repository of its own
 * into a link that loses its files.
 */
export async function capturePatch(base: BaseTree, opened: OpenedEntries): Promise<PatchOfWorkspace> {
  mkdirSync(`${CAPTURE_SPACE}/objects`);
  await runGit(PLACE, { args: ['read-tree', 'HEAD'] });
  return makeDiff(walkChanges({ root: WORKSPACE, base }, opened));
}

async function makeDiff(changes: TreeChanges): Promise<PatchOfWorkspace> {
  const ignored = await findIgnored(changes.untracked);
  const added = [...changes.tracked, ...changes.untracked.filter((path) => !ignored.has(path))];
  await updateIndex('--force-remove', changes.removed);
  const refused = await updateIndex('--add', added);
  const { stdout: diff } = await runGit(PLACE, { args: DIFF_ARGUMENTS });
  const leftOut = [...changes.leftOut, ...ignored, ...refused].slice(0, MAX_LEFT_OUT);
  return {
    diff,
    leftOut: leftOut.map((path) => Buffer.from(path, 'latin1').toString().slice(0, MAX_PATH_LENGTH)),
  };
}

async function findIgnored(untracked: readonly string[]): Promise<ReadonlySet<string>> {
  if (untracked.length === 0) return new Set();
  // check-ignore alone knows no literal paths; behind `./` nothing is taken for more than a name.
  const place = { ...PLACE, env: { ...PLACE.env, GIT_LITERAL_PATHSPECS: '0' } };
  const { stdout } = await runGit(place, {
    args: ['check-ignore', '-z', '--stdin'],
    stdin: toPathList(untracked.map((path) => `./${path}`)),
    // 1: none of them.
    accept: [0, 1],
  });
  return new Set(fromPathList(stdout).map((path) => path.slice('./'.length)));
}

/** Resolves with the paths that git does not take: other spellings of `.git`, say. */
async function updateIndex(
  option: '--add' | '--force-remove',
  paths: readonly string[],
): Promise<readonly string[]> {
  if (paths.length === 0) return [];
  const args = ['update-index', '-z', option, '--stdin'];
  const { stderr } = await runGit(PLACE, { args, stdin: toPathList(paths) });
  return [...stderr.matchAll(/^Ignoring path (.*)$/gm)].map(([, path]) => path ?? '');
}
