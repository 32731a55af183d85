import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InstanceId } from '@drydock/contracts';
import { z } from 'zod';
import { isRunning, thisProcess } from './process-identity.ts';

/** Everything an installation keeps, below one directory. */
export interface DataDir {
  readonly root: string;
  readonly instanceId: InstanceId;
  /** Sockets and mounts: short, because a socket path has at most 107 bytes. */
  readonly stateDir: string;
  readonly redisDir: string;
  readonly logsDir: string;
  readonly apiKeyFile: string;
  /** Frees the directory for another start. */
  release(): Promise<void>;
}

const Owner = z.object({ pid: z.int(), startTime: z.string() });

/**
 * Opens the data directory and takes it for this process. A lock whose owner is dead is taken over; a living owner is an
 * error, because two installations in one directory would share a Redis append-only file.
 */
export async function openDataDir(root: string): Promise<DataDir> {
  await mkdir(root, { recursive: true, mode: 0o700 });
  await takeLock(root);
  const instanceId = await readOrCreate(join(root, 'instance-id'), newInstanceId);
  const apiKeyFile = join(root, 'api-key');
  await readOrCreate(apiKeyFile, () => `dk_${randomBytes(32).toString('base64url')}`);
  const stateDir = join('/run/drydock', instanceId);
  const redisDir = join(root, 'redis');
  const logsDir = join(root, 'logs');
  for (const dir of [stateDir, redisDir, logsDir]) await mkdir(dir, { recursive: true, mode: 0o700 });
  return {
    root,
    instanceId: InstanceId.parse(instanceId),
    stateDir,
    redisDir,
    logsDir,
    apiKeyFile,
    release: () => rm(lockFile(root), { force: true }),
  };
}

const lockFile = (root: string): string => join(root, 'lock.json');

async function takeLock(root: string): Promise<void> {
  const owner = await readLock(root);
  if (owner !== undefined && (await isRunning(owner))) {
    throw new Error(
      `Drydock is already running in ${root} (process ${owner.pid}). Stop it, or set DRYDOCK_DATA_DIR to another directory.`,
    );
  }
  await rm(lockFile(root), { force: true });
  await writeFile(lockFile(root), JSON.stringify(await thisProcess()), { flag: 'wx', mode: 0o600 });
}

async function readLock(root: string): Promise<z.infer<typeof Owner> | undefined> {
  const text = await readIfThere(lockFile(root));
  if (text === undefined) return undefined;
  const parsed = Owner.safeParse(JSON.parse(text === '' ? 'null' : text));
  return parsed.success ? parsed.data : undefined;
}

async function readOrCreate(path: string, create: () => string): Promise<string> {
  const found = await readIfThere(path);
  if (found !== undefined && found.trim() !== '') return found.trim();
  const value = create();
  await writeFile(`${path}.new`, `${value}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
  return value;
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function newInstanceId(): string {
  return randomBytes(8).toString('hex').slice(0, 8);
}
