import { runGit } from '../git/hardened-git.ts';
import { PRISTINE_GIT, WORKSPACE } from '../paths.ts';

/** Applies the diff on stdin to the workspace, all or nothing, as raw bytes. Throws where it does not apply. */
export async function applyDiff(): Promise<void> {
  await runGit(
    { cwd: WORKSPACE, env: { GIT_DIR: PRISTINE_GIT, GIT_WORK_TREE: WORKSPACE } },
    { args: ['apply', '--whitespace=nowarn', '-'], stdin: 'inherit' },
  );
}
