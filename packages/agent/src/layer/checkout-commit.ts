import { runGit, type GitPlace } from '../git/hardened-git.ts';
import { setTimes } from './seal-layer.ts';
import { SourceProblem } from './source-problem.ts';
import { MAX_TREE_BYTES, MAX_TREE_ENTRIES } from './tree-limits.ts';

export interface Checkout {
  readonly files: number;
  readonly submodules: readonly string[];
  /** Epoch seconds of the commit: the time of everything in the layer. */
  readonly timeSeconds: number;
}

const MAX_SUBMODULES = 100;
const MAX_PATH_CHARS = 300;
/** What every file system here can hold as a time. */
const MAX_TIME_SECONDS = 0xffffffff;
/** Of `ls-tree -l`: mode, type, object, size (`-` for what is none), path. */
const TREE_ENTRY = /^(\d{6}) \w+ [0-9a-f]{40} +(\d+|-)\t(.*)$/s;

/** Checks out a commit that is in the repository of `work`, as its branch `main`. Submodules stay empty. */
export async function checkOutCommit(place: GitPlace, sha: string): Promise<Checkout> {
  const tree = await inspectTree(place, sha);
  const timeSeconds = await readTime(place, sha);
  await runGit(place, { args: ['update-ref', 'refs/heads/main', sha] });
  await runGit(place, { args: ['read-tree', sha] });
  await runGit(place, { args: ['checkout-index', '--all', '--quiet'] });
  await setTimes(place.cwd, timeSeconds);
  // The times are the index's way to see that nothing has changed.
  await runGit(place, { args: ['update-index', '-q', '--refresh'] });
  return { ...tree, timeSeconds };
}

/** Looks at a tree before anything of it is written: a few objects can name more files than any disk holds. */
async function inspectTree(place: GitPlace, sha: string): Promise<Omit<Checkout, 'timeSeconds'>> {
  const tree = new TreeTotals();
  await runGit(place, { args: ['ls-tree', '-r', '-l', '-z', '--full-tree', sha], onStdout: tree.add });
  if (tree.files === 0) throw new SourceProblem('The commit has no file.');
  return { files: tree.files, submodules: tree.submodules };
}

class TreeTotals {
  readonly submodules: string[] = [];
  files = 0;
  #bytes = 0;
  #rest = '';

  readonly add = (chunk: Buffer): void => {
    const entries = (this.#rest + chunk.toString('latin1')).split('\0');
    this.#rest = entries.pop() ?? '';
    for (const entry of entries) this.#count(entry);
  };

  #count(entry: string): void {
    const [, mode, size = '0', path = ''] = TREE_ENTRY.exec(entry) ?? [];
    if (mode === '160000') this.#addSubmodule(path);
    this.files += 1;
    this.#bytes += size === '-' ? 0 : Number(size);
    if (this.files > MAX_TREE_ENTRIES) {
      throw new SourceProblem(`The commit has more than ${MAX_TREE_ENTRIES} files.`);
    }
    if (this.#bytes > MAX_TREE_BYTES) {
      throw new SourceProblem(`The files of the commit have more than ${MAX_TREE_BYTES} bytes.`);
    }
  }

  #addSubmodule(path: string): void {
    if (this.submodules.length === MAX_SUBMODULES) return;
    this.submodules.push(Buffer.from(path, 'latin1').toString().slice(0, MAX_PATH_CHARS));
  }
}

async function readTime(place: GitPlace, sha: string): Promise<number> {
  const { stdout } = await runGit(place, { args: ['log', '-1', '--no-show-signature', '--format=%ct', sha] });
  return Math.min(Math.max(Number(stdout.toString().trim()) || 0, 0), MAX_TIME_SECONDS);
}
