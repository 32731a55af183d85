import type { Sandbox } from '@drydock/core';

/** What decides which checks a repository has: names in a few directories, the head of a few files. All of it is hostile. */
export interface RepoFacts {
  /** Names per directory; a directory that does not exist is not in it. */
  readonly names: ReadonlyMap<string, readonly string[]>;
  /** Text per file of the root; a file that does not exist is not in it. */
  readonly texts: ReadonlyMap<string, string>;
}

const ROOT = '.';
const TEST_DIRECTORIES = ['test', 'tests', 'src'];
const FILES = ['package.json', 'pyproject.toml', 'setup.cfg', 'pytest.ini', 'tox.ini'];
/** Answers of a sandbox fit into one frame of 1 MiB, base64. */
const MAX_FILE_BYTES = 512 << 10;

/** Reads the facts from the checkout of the base, so that a patch cannot choose its judge. */
export async function gatherRepoFacts(
  sandbox: Pick<Sandbox, 'readFile' | 'listDir'>,
  signal: AbortSignal,
): Promise<RepoFacts> {
  const root = (await sandbox.listDir(ROOT, signal)) ?? [];
  const names = new Map([[ROOT, root]]);
  const texts = new Map<string, string>();
  for (const directory of TEST_DIRECTORIES.filter((one) => root.includes(one))) {
    const entries = await sandbox.listDir(directory, signal);
    if (entries !== undefined) names.set(directory, entries);
  }
  for (const file of FILES.filter((one) => root.includes(one))) {
    const bytes = await sandbox.readFile(file, MAX_FILE_BYTES, signal);
    if (bytes !== undefined) texts.set(file, new TextDecoder().decode(bytes));
  }
  return { names, texts };
}
