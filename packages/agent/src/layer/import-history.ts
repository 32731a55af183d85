import { runGit, type GitPlace } from '../git/hardened-git.ts';
import { MIRROR } from '../paths.ts';
import { ByteReader } from './byte-reader.ts';
import { findBundleObject, readBundleHeader } from './read-bundle-header.ts';
import { SourceProblem } from './source-problem.ts';

/**
 * Copies the history of a commit out of the mirror, as one pack. Objects are read where they are and written into the
 * repository of `place` alone; what the mirror has of other branches stays there.
 */
export async function importFromMirror(place: GitPlace, sha: string): Promise<string> {
  const pack = `${place.env['GIT_DIR']}/objects/pack/pack`;
  const env = { ...place.env, GIT_ALTERNATE_OBJECT_DIRECTORIES: `${MIRROR}/objects` };
  const args = ['pack-objects', '--revs', '--delta-base-offset', '--threads=1', '--quiet', pack];
  await runGit({ ...place, env }, { args, stdin: Buffer.from(`${sha}\n`) });
  return sha;
}

/** Takes a bundle's pack in, object by object checked, and resolves with the commit that a ref names in it. */
export async function importBundle(
  place: GitPlace,
  bundle: AsyncIterable<Uint8Array>,
  ref: string,
): Promise<string> {
  const input = new ByteReader(bundle);
  const refs = await readBundleHeader(input);
  const object = findBundleObject(refs, ref);
  await runGit(place, { args: ['index-pack', '--stdin', '--strict', '--threads=1'], stdin: input.rest() });
  const args = ['rev-parse', '--verify', '--quiet', `${object}^{commit}`];
  const { exitCode, stdout } = await runGit(place, { args, accept: [0, 1, 128] });
  if (exitCode === 0) return stdout.toString().trim();
  throw new SourceProblem(`The bundle has no commit "${ref}".`, { pointer: '/source/ref' });
}
