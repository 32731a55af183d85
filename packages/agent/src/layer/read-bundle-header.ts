import type { ByteReader } from './byte-reader.ts';
import { SourceProblem } from './source-problem.ts';

const MAX_LINE_BYTES = 4_096;
const MAX_LINES = 100_000;
/** What a bundle may say of itself and still be what we read. */
const KNOWN_CAPABILITIES: ReadonlySet<string> = new Set(['@object-format=sha1']);

/** Ref → object it names. */
export type BundleRefs = ReadonlyMap<string, string>;

/** Reads what stands before the pack of a bundle (gitformat-bundle(5), versions 2 and 3). */
export async function readBundleHeader(input: ByteReader): Promise<BundleRefs> {
  const signature = await input.readLine(MAX_LINE_BYTES);
  if (signature !== '# v2 git bundle' && signature !== '# v3 git bundle') {
    throw new SourceProblem('The upload is not a git bundle.');
  }
  const refs = new Map<string, string>();
  for (let lines = 0; lines < MAX_LINES; lines += 1) {
    const line = await input.readLine(MAX_LINE_BYTES);
    if (line === '') return refs;
    addLine(refs, line);
  }
  throw new SourceProblem(`The bundle has more than ${MAX_LINES} refs.`);
}

function addLine(refs: Map<string, string>, line: string): void {
  if (line.startsWith('@')) {
    if (KNOWN_CAPABILITIES.has(line)) return;
    throw new SourceProblem(`The bundle needs what is not supported: ${JSON.stringify(line.slice(0, 100))}.`);
  }
  if (line.startsWith('-')) throw new SourceProblem('The bundle needs commits that are not in it.');
  const [, sha, ref] = /^([0-9a-f]{40}) (\S+)$/.exec(line) ?? [];
  if (sha === undefined || ref === undefined) throw new SourceProblem('The bundle has a malformed header.');
  refs.set(ref, sha);
}

/**
 * The object that a ref names in a bundle. HEAD is often not in one: then it is the only branch, or `main` or `master`.
 * Throws SourceProblem where nothing is named.
 */
export function findBundleObject(refs: BundleRefs, ref: string): string {
  const names =
    ref === 'HEAD' ? ['HEAD', ...guessHead(refs)] : [ref, `refs/heads/${ref}`, `refs/tags/${ref}`];
  const sha = names.map((name) => refs.get(name)).find(Boolean);
  // A commit need not be named: whether it is in the pack is for git to say.
  if (sha === undefined && /^[0-9a-f]{40}$/.test(ref)) return ref;
  if (sha !== undefined) return sha;
  throw new SourceProblem(`The bundle has no ref "${ref}".`, { pointer: '/source/ref' });
}

function guessHead(refs: BundleRefs): readonly string[] {
  const branches = [...refs.keys()].filter((name) => name.startsWith('refs/heads/'));
  return branches.length === 1 ? branches : ['refs/heads/main', 'refs/heads/master'];
}
