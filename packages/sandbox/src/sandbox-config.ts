import type { InstanceId } from '@drydock/contracts';
import type { Clock } from '@drydock/core';
import { DrydockError } from '@drydock/core';
import { readFile } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { dirname, join } from 'node:path';

import type { WorkspaceBackend } from './workspace-backend.ts';

/** Which Docker host, and whose sandboxes on it. Paths are absolute. */
export interface HostOptions {
  readonly dockerSocket: string;
  readonly instanceId: InstanceId;
  /** Slots and their mounts; short, and not on a network file system. Default: `/run/drydock/<instance>`. */
  readonly stateDir?: string;
  /** Claims on uids, shared by all installations of the host. Default: `/run/drydock/uids`; beside the slots where this is not root. */
  readonly uidClaimsDir?: string;
  readonly clock: Clock;
}

/** What starting sandboxes needs beyond that. */
export interface SandboxHostConfig extends HostOptions {
  /** ID of the image, `sha256:…`; a tag could change between two containers of one job. */
  readonly imageId: string;
  /** The injected runtime: a directory with `runtime.json`. */
  readonly runtimeDir: string;
  /** Sealed layers; on disk. */
  readonly layersDir: string;
  /** How workspaces get into containers. Default: `auto`, what this host can do. */
  readonly workspaceBackend?: WorkspaceBackend | 'auto';
  /**
   * Whether sandboxes may run on an engine that cannot cap their memory and processes. Default: no, and the host is not
   * opened there.
   */
  readonly allowUncappedEngine?: boolean;
  /** Cap on what all sandboxes of this installation hold together. Default: 80 % of the host. */
  readonly totalMemoryBytes?: number;
  /** Cap on the disk that sealed layers take. Default: 10 GiB. */
  readonly layerBudgetBytes?: number;
  /** Told of layers that could not be removed. Default: nobody. */
  readonly onCacheError?: (error: unknown) => void;
}

export type HostConfig = Required<HostOptions>;

export interface SandboxConfig extends HostConfig, Required<Omit<SandboxHostConfig, keyof HostOptions>> {
  /** The runtime's dynamic loader, relative to the runtime. */
  readonly loader: string;
  /** The same, readable: runtimes with a kernel of their own may refuse to execute what they may not read. */
  readonly readableLoader: string;
}

type Loaders = Pick<SandboxConfig, 'loader' | 'readableLoader'>;

const LAYER_BUDGET_BYTES = 10 * 1_024 ** 3;

/** These paths become mount options, which have no quoting. */
const SAFE_PATH = /^\/[A-Za-z0-9_./-]+$/;

/** Fills in defaults. Throws `internal_error` where a path is unusable. */
export function resolveHostConfig(options: HostOptions): HostConfig {
  const { dockerSocket, instanceId, clock } = options;
  const { stateDir = `/run/drydock/${instanceId}` } = options;
  const isRoot = process.geteuid?.() === 0;
  const { uidClaimsDir = isRoot ? '/run/drydock/uids' : join(dirname(stateDir), 'uids') } = options;
  assertSafe(stateDir);
  return { dockerSocket, instanceId, clock, stateDir, uidClaimsDir };
}

/** Fills in defaults and reads the runtime's manifest. Throws `internal_error` where a path or the runtime is unusable. */
export async function resolveSandboxConfig(options: SandboxHostConfig): Promise<SandboxConfig> {
  const { imageId, runtimeDir, layersDir, totalMemoryBytes = Math.floor(totalmem() * 0.8) } = options;
  const { layerBudgetBytes = LAYER_BUDGET_BYTES, onCacheError = () => undefined } = options;
  const { workspaceBackend = 'auto', allowUncappedEngine = false } = options;
  for (const path of [runtimeDir, layersDir]) assertSafe(path);
  const loaders = await readLoaders(runtimeDir);
  const layers = { layersDir, layerBudgetBytes, onCacheError, workspaceBackend, allowUncappedEngine };
  return { ...resolveHostConfig(options), imageId, runtimeDir, ...layers, totalMemoryBytes, ...loaders };
}

function assertSafe(path: string): void {
  if (!SAFE_PATH.test(path)) throw unusable(`${path} has a character that mount options cannot carry.`);
}

async function readLoaders(runtimeDir: string): Promise<Loaders> {
  try {
    const manifest: unknown = JSON.parse(await readFile(join(runtimeDir, 'runtime.json'), 'utf8'));
    const { loader, readableLoader } = manifest as Partial<Loaders>;
    if (typeof loader === 'string' && typeof readableLoader === 'string') return { loader, readableLoader };
  } catch (cause) {
    throw unusable('The injected runtime has no readable runtime.json.', cause);
  }
  throw unusable('runtime.json of the injected runtime names no loaders.');
}

function unusable(message: string, cause?: unknown): DrydockError {
  return new DrydockError('internal_error', { message, cause });
}
