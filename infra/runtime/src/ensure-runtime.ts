import {
  chmod,
  copyFile,
  link,
  mkdir,
  mkdtemp,
  readdir,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { bundleAgent, type RuntimeFiles } from './bundle-agent.ts';
import { RUNTIME_CONTENTS, type RuntimeContents } from './contents.ts';
import { findHostTools, type HostTools } from './host-tools.ts';
import { removeOldRuntimes } from './remove-old-runtimes.ts';
import { buildManifest, findManifest, type RuntimeManifest } from './runtime-manifest.ts';

export interface RuntimeOptions {
  /** The repository. Default: the one this file belongs to. */
  readonly rootDir?: string;
  /** Where runtime directories are kept. Default: `.cache/runtime` of the repository. */
  readonly cacheDir?: string;
  /** Default: `RUNTIME_CONTENTS`. */
  readonly contents?: RuntimeContents;
}

export interface Runtime {
  /** Absolute path of the directory that sandboxes get at `/opt/drydock`, read-only. */
  readonly runtimeDir: string;
  readonly key: string;
}

const ROOT_DIR = resolve(import.meta.dirname, '../../..');

/**
 * Finds or makes the runtime directory for the present sources, Node and host tools. Safe to call from several
 * processes at once. Throws where a source does not bundle or a host tool is missing.
 */
export async function ensureRuntime(
  options: RuntimeOptions = {},
  signal: AbortSignal = AbortSignal.timeout(60_000),
): Promise<Runtime> {
  const { rootDir = ROOT_DIR, contents = RUNTIME_CONTENTS } = options;
  const { cacheDir = join(rootDir, '.cache/runtime') } = options;
  const [tools, files] = await Promise.all([findHostTools(signal), bundleAgent(rootDir, contents)]);
  const manifest = buildManifest(tools, files);
  const runtimeDir = join(cacheDir, manifest.key);
  if (!(await findManifest(runtimeDir))) await build(runtimeDir, { manifest, tools, files });
  await markUsed(runtimeDir);
  return { runtimeDir, key: manifest.key };
}

interface Parts {
  readonly manifest: RuntimeManifest;
  readonly tools: HostTools;
  readonly files: RuntimeFiles;
}

/** Built aside and renamed: a directory with a key for a name is always whole. */
async function build(runtimeDir: string, parts: Parts): Promise<void> {
  const cacheDir = dirname(runtimeDir);
  await mkdir(cacheDir, { recursive: true });
  const building = await mkdtemp(`${runtimeDir}.building-`);
  try {
    await chmod(building, 0o755);
    await placeTools(building, parts, await findTwin(cacheDir, parts.manifest));
    const manifest = Buffer.from(`${JSON.stringify(parts.manifest, null, 2)}\n`);
    for (const [target, bytes] of [...parts.files, ['runtime.json', manifest] as const]) {
      await place(join(building, target), modeOf(target), (path) => writeFile(path, bytes));
    }
    if (await isBroken(runtimeDir)) await rm(runtimeDir, { recursive: true, force: true });
    await rename(building, runtimeDir).catch((error: unknown) => forgiveExisting(runtimeDir, error));
  } finally {
    await rm(building, { recursive: true, force: true });
  }
}

/** Only what a sandbox's PATH has is run by itself. */
const modeOf = (target: string): number => (target.startsWith('commands/') ? 0o755 : 0o644);

/** What a power failure left; it would be in the way for ever. One that appears in between is a whole one. */
async function isBroken(runtimeDir: string): Promise<boolean> {
  const exists = await stat(runtimeDir).then(always, never);
  return exists && !(await findManifest(runtimeDir));
}

/** Another process was faster: its directory has the same bytes. */
async function forgiveExisting(runtimeDir: string, error: unknown): Promise<void> {
  if (!(await findManifest(runtimeDir))) throw error;
}

async function placeTools(dir: string, { manifest, tools }: Parts, twin: string | undefined): Promise<void> {
  const { loader, readableLoader } = manifest;
  for (const file of tools.files) {
    const isLoader = file.target === loader;
    await placeTool(dir, twin, { ...file, mode: isLoader ? 0o111 : 0o755 });
    if (isLoader) await placeTool(dir, twin, { target: readableLoader, source: file.source, mode: 0o755 });
  }
}

interface PlacedTool {
  readonly target: string;
  readonly source: string;
  readonly mode: number;
}

/** Tools are 140 MB and change with the host only: runtimes that agree on them share them as hard links. */
async function placeTool(dir: string, twin: string | undefined, tool: PlacedTool): Promise<void> {
  await place(join(dir, tool.target), tool.mode, async (path) => {
    const linked = twin !== undefined && (await link(join(twin, tool.target), path).then(always, never));
    if (!linked) await copyFile(tool.source, path);
  });
}

const always = () => true;
const never = () => false;

/** Modes are set by name: the process's umask must not decide whether a sandbox can read its runtime. */
async function place(path: string, mode: number, write: (path: string) => Promise<void>): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await chmod(dirname(path), 0o755);
  await write(path);
  await chmod(path, mode);
}

async function findTwin(cacheDir: string, manifest: RuntimeManifest): Promise<string | undefined> {
  for (const name of await readdir(cacheDir)) {
    const other = join(cacheDir, name);
    if ((await findManifest(other))?.toolsKey === manifest.toolsKey) return other;
  }
  return undefined;
}

/** The directory's time says when it was last asked for: the newest ones are kept. */
async function markUsed(runtimeDir: string): Promise<void> {
  // oxlint-disable-next-line no-restricted-properties -- compared with file times, which are the kernel's
  const now = Date.now();
  await utimes(runtimeDir, now / 1000, now / 1000);
  await removeOldRuntimes(dirname(runtimeDir), now);
}
