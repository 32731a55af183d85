import type { GitResult } from './git-process.ts';

const FULL_SHA = /^[0-9a-f]{40}$/;
const ABBREVIATED_SHA = /^[0-9a-f]{7,40}$/;

/** Where a mirror keeps what is neither a branch nor a tag there. */
export const ASKED_REF = 'refs/drydock/asked';

/** What is fetched for a ref: every branch and tag, and the ref itself where it is neither. */
export function refspecsFor(ref: string): readonly string[] {
  const always = ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*'];
  return ref === 'HEAD' || isForeign(ref) ? [...always, `+${ref}:${ASKED_REF}`] : always;
}

/** Names that a ref may stand for in a mirror, best first: a branch before a tag, a name before a commit. */
export function candidatesFor(ref: string): readonly string[] {
  if (ref === 'HEAD' || isForeign(ref)) return [ASKED_REF];
  if (ref.startsWith('refs/')) return [ref];
  const named = [`refs/heads/${ref}`, `refs/tags/${ref}`];
  return ABBREVIATED_SHA.test(ref) ? [...named, ref] : named;
}

export function isCommitSha(ref: string): boolean {
  return FULL_SHA.test(ref);
}

/** The first candidate that is a commit, or an annotated tag of one. */
export async function findCommit(
  candidates: readonly string[],
  revParse: (args: readonly string[]) => Promise<GitResult>,
): Promise<string | undefined> {
  for (const name of candidates) {
    const { exitCode, stdout } = await revParse(['rev-parse', '--verify', '--quiet', `${name}^{commit}`]);
    const sha = stdout.trim();
    if (exitCode === 0 && isCommitSha(sha)) return sha;
  }
  return undefined;
}

/** `refs/pull/7/head`, for example: served, but no branch and no tag. */
function isForeign(ref: string): boolean {
  return ref.startsWith('refs/') && !ref.startsWith('refs/heads/') && !ref.startsWith('refs/tags/');
}
