import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RuntimeFiles } from './bundle-agent.ts';
import type { HostTools } from './host-tools.ts';

/** `runtime.json` in a runtime directory: what is inside. Paths are relative to the directory. */
export interface RuntimeManifest {
  readonly key: string;
  /** Digest of the host's files alone: runtimes that share it share their tools. */
  readonly toolsKey: string;
  readonly nodeVersion: string;
  /**
   * Starts every tool as `loader --library-path lib tool …`. Executable but not readable: a process started by it
   * cannot be inspected through /proc by others of its uid.
   */
  readonly loader: string;
  /** The same loader, readable, for runtimes that refuse to execute what they may not read (gVisor). */
  readonly readableLoader: string;
  readonly tools: Readonly<Record<'node' | 'git' | 'rg' | 'tar' | 'script' | 'stty', string>>;
}

/** Raised whenever the layout changes, so that an older directory is not taken for a new one. */
const LAYOUT = 1;

export function buildManifest(tools: HostTools, files: RuntimeFiles): RuntimeManifest {
  const toolsKey = digest([LAYOUT, process.versions.node, process.arch, tools]);
  const contents = [...files].map(([target, bytes]) => [target, digest(bytes)]);
  return {
    key: digest([toolsKey, contents]),
    toolsKey,
    nodeVersion: process.versions.node,
    loader: `lib/${tools.loader}`,
    readableLoader: `lib/readable-${tools.loader}`,
    tools: {
      node: 'bin/node',
      git: 'bin/git',
      rg: 'bin/rg',
      tar: 'bin/tar',
      script: 'bin/script',
      stty: 'bin/stty',
    },
  };
}

/** The keys of a finished runtime directory; undefined for anything else. */
export async function findManifest(
  runtimeDir: string,
): Promise<Pick<RuntimeManifest, 'key' | 'toolsKey'> | undefined> {
  try {
    return JSON.parse(await readFile(join(runtimeDir, 'runtime.json'), 'utf8')) as RuntimeManifest;
  } catch {
    return undefined;
  }
}

function digest(value: unknown): string {
  const bytes = value instanceof Uint8Array ? value : JSON.stringify(value);
  return createHash('sha256').update(bytes).digest('hex').slice(0, 24);
}
