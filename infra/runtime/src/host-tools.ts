import { execFile } from 'node:child_process';
import { open, realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';

/** One file of the host that goes into the runtime. */
export interface HostFile {
  /** Where it goes, below the runtime directory. */
  readonly target: string;
  readonly source: string;
  readonly bytes: number;
  readonly modifiedAt: number;
}

export interface HostTools {
  /** File name of the dynamic loader in `lib/`: it differs between architectures. */
  readonly loader: string;
  /** Binaries, libraries and the loader, sorted by target. */
  readonly files: readonly HostFile[];
}

export interface LinkedLibraries {
  readonly loader: string;
  readonly libraries: readonly string[];
}

const TOOLS = ['git', 'rg', 'tar', 'script', 'stty'];
const TOOL_DIRS = ['/usr/bin', '/bin', '/usr/local/bin'];
const ELF_MAGIC = Buffer.from('\x7fELF', 'latin1');

/**
 * Finds Node (the one that runs this), git, tar, ripgrep, script and stty on the host with every library they name.
 * Throws where a tool is missing or is not a dynamically linked program.
 */
export async function findHostTools(signal: AbortSignal): Promise<HostTools> {
  const binaries = [process.execPath, ...(await Promise.all(TOOLS.map(findTool)))];
  const linked = await Promise.all(binaries.map((binary) => listLibraries(binary, signal)));
  const loader = single(linked.map(({ loader: path }) => path));
  const libraries = new Set(linked.flatMap((entry) => [...entry.libraries, entry.loader]));
  const files = await Promise.all([
    ...binaries.map((path, index) => describe(`bin/${['node', ...TOOLS][index]}`, path)),
    ...[...libraries].map((path) => describe(`lib/${basename(path)}`, path)),
  ]);
  return { loader: basename(loader), files: dropRepeats(files) };
}

/** Reads what `ldd` prints: `name => /path (0x…)` for a library, `/path (0x…)` for the loader. */
export function parseLdd(output: string): LinkedLibraries {
  const missing = /^\s*(\S+) => not found/m.exec(output);
  if (missing) throw new Error(`library ${missing[1]} is not installed`);
  const libraries = [...output.matchAll(/=> (\/\S+) \(0x/g)].map(([, path]) => path ?? '');
  const loader = /^\s*(\/\S*\/ld[-.]\S+)(?: => \S+)? \(0x/m.exec(output)?.[1];
  if (!loader) throw new Error('not a dynamically linked program');
  return { loader, libraries: libraries.filter((path) => basename(path) !== basename(loader)) };
}

async function findTool(name: string): Promise<string> {
  for (const dir of TOOL_DIRS) {
    const path = join(dir, name);
    if (await isElf(path)) return path;
  }
  throw new Error(`no ${name} program in ${TOOL_DIRS.join(', ')}`);
}

/** A wrapper script of that name would not run in a sandbox. */
async function isElf(path: string): Promise<boolean> {
  const exists = await stat(path).then(
    (entry) => entry.isFile(),
    () => false,
  );
  if (!exists) return false;
  await using file = await open(path);
  const { buffer } = await file.read(Buffer.alloc(ELF_MAGIC.length), 0, ELF_MAGIC.length, 0);
  return buffer.equals(ELF_MAGIC);
}

async function listLibraries(binary: string, signal: AbortSignal): Promise<LinkedLibraries> {
  const env = { LC_ALL: 'C', PATH: '/usr/bin:/bin' };
  try {
    return parseLdd((await promisify(execFile)('ldd', [binary], { env, signal })).stdout);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.trim() : String(cause);
    throw new Error(`${binary} cannot be taken into a sandbox: ${reason}`, { cause });
  }
}

async function describe(target: string, path: string): Promise<HostFile> {
  const source = await realpath(path);
  const { size, mtimeMs } = await stat(source);
  return { target, source, bytes: size, modifiedAt: Math.floor(mtimeMs) };
}

function dropRepeats(files: readonly HostFile[]): readonly HostFile[] {
  const byTarget = new Map<string, HostFile>();
  for (const file of files) {
    const known = byTarget.get(file.target);
    // One --library-path serves all tools: they must agree on each library.
    if (known && known.source !== file.source) {
      throw new Error(`two libraries are called ${file.target}: ${known.source}, ${file.source}`);
    }
    byTarget.set(file.target, file);
  }
  return [...byTarget.values()].toSorted((a, b) => (a.target < b.target ? -1 : 1));
}

function single(loaders: readonly string[]): string {
  const [loader, ...others] = new Set(loaders);
  if (!loader || others.length > 0)
    throw new Error(`the tools need different loaders: ${loaders.join(', ')}`);
  return loader;
}
