import type { RepoAnswer, RepoQuery } from '@drydock/contracts';
import { mkdtempSync, rmSync } from 'node:fs';
import { fromPathList, runGit, type GitPlace } from '../git/hardened-git.ts';
import { WORKSPACE } from '../paths.ts';
import { BASE_REPOSITORY } from './base-repository.ts';
import { readHunks } from './read-hunks.ts';

const MAX_FILES = 5_000;
const DIFF = ['diff-files', '-p', '-U0', '--no-renames', '--no-ext-diff', '--no-textconv', '--no-color'];

/** The lines of the workspace that are not those of the base commit, by an index of its own. */
export async function findChangedLines(
  _query: Extract<RepoQuery, { type: 'changed_lines' }>,
): Promise<RepoAnswer> {
  const space = mkdtempSync('/tmp/drydock-index-');
  const env = { ...BASE_REPOSITORY.env, GIT_WORK_TREE: WORKSPACE, GIT_INDEX_FILE: `${space}/index` };
  try {
    return await compare({ ...BASE_REPOSITORY, env });
  } finally {
    rmSync(space, { recursive: true, force: true });
  }
}

async function compare(place: GitPlace): Promise<RepoAnswer> {
  await runGit(place, { args: ['read-tree', 'HEAD'] });
  const diff = await runGit(place, { args: [...DIFF, '--src-prefix=a/', '--dst-prefix=b/'] });
  const added = await runGit(place, { args: ['ls-files', '--others', '--exclude-standard', '-z'] });
  const changed = readHunks(diff.stdout.toString());
  const files = [
    ...changed.map(({ path, ranges }) => ({ path, ranges: ranges.slice(0, 10_000) })),
    ...fromPathList(added.stdout).map((path) => ({ path: Buffer.from(path, 'latin1').toString() })),
  ];
  return {
    type: 'changed_lines',
    files: files.slice(0, MAX_FILES),
    isWhole: files.length <= MAX_FILES,
  };
}
