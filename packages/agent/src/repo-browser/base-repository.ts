import { runGit, type GitPlace } from '../git/hardened-git.ts';
import { PRISTINE_GIT, WORKSPACE } from '../paths.ts';

/** The repository as it was handed in: what the workspace's own `.git` says is not believed, and not run. */
export const BASE_REPOSITORY: GitPlace = { cwd: WORKSPACE, env: { GIT_DIR: PRISTINE_GIT } };

/** The author of a base commit that Drydock made, because the source had no history. */
const BASE_AUTHOR = 'Drydock <drydock@localhost>';

/** Whether the repository came without history. */
export async function isBaseOnly(): Promise<boolean> {
  const args = ['log', '-2', '--no-show-signature', '--no-mailmap', '--format=%an <%ae>', 'HEAD'];
  const { stdout } = await runGit(BASE_REPOSITORY, { args });
  return stdout.toString().trim() === BASE_AUTHOR;
}
