import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NEUTRAL_ATTRIBUTES, runGit, type GitPlace } from '../git/hardened-git.ts';

/** Makes an empty repository in `work`, whose files are raw bytes whatever their attributes say. */
export async function initRepository(work: string): Promise<GitPlace> {
  const gitDir = join(work, '.git');
  await runGit({ cwd: work, env: {} }, { args: ['init', '--quiet', '--template=', '--initial-branch=main'] });
  await mkdir(join(gitDir, 'info'));
  await writeFile(join(gitDir, 'info/attributes'), NEUTRAL_ATTRIBUTES);
  await writeFile(join(gitDir, 'info/exclude'), '');
  return { cwd: work, env: { GIT_DIR: gitDir, GIT_WORK_TREE: work } };
}
