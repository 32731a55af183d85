import { randomBytes } from 'node:crypto';
import { mkdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { InstanceId } from '@drydock/contracts';
import { ensureDirectory } from '@drydock/service-kit';
import { hasCode, readOrCreate } from './read-or-create.ts';
import { ensureSecretsKeys } from './ensure-secrets-keys.ts';
import { lockDirectory } from './directory-lock.ts';

/** Everything an installation keeps, below one directory. */
export interface DataDir {
  readonly root: string;
  readonly instanceId: InstanceId;
  /** Sockets and mounts: short, because a socket path has at most 107 bytes. */
  readonly stateDir: string;
  readonly redisDir: string;
  readonly logsDir: string;
  /** Where a generated API key is kept. */
  readonly apiKeyFile: string;
  /** The key that workers sign checkpoints with: whoever reads it can make them. */
  readonly checkpointKeyFile: string;
  /** What webhooks are signed with: receivers have it, too. */
  readonly webhookSecretFile: string;
  /** What the api seals secrets to, and what workers open them with. */
  readonly secretsPublicKeyFile: string;
  readonly secretsPrivateKeyFile: string;
  /** Removes the state directory where nothing is left in it, and frees the data directory for another start. */
  release(): Promise<void>;
}

/** Opens the data directory and takes it for this process. Throws ConfigError where another has it or it cannot be written. */
export async function openDataDir(root: string, stateRoot = '/run/drydock'): Promise<DataDir> {
  await ensureDirectory('DRYDOCK_DATA_DIR', root);
  const unlock = await lockDirectory(root);
  const instanceId = InstanceId.parse(await readOrCreate(join(root, 'instance-id'), newInstanceId));
  const stateDir = join(stateRoot, instanceId);
  const redisDir = join(root, 'redis');
  const logsDir = join(root, 'logs');
  for (const dir of [stateDir, redisDir, logsDir]) await mkdir(dir, { recursive: true, mode: 0o700 });
  const checkpointKeyFile = join(root, 'checkpoint-key');
  await readOrCreate(checkpointKeyFile, () => randomBytes(32).toString('hex'));
  const webhookSecretFile = join(root, 'webhook-secret');
  await readOrCreate(webhookSecretFile, () => `whsec_${randomBytes(32).toString('base64')}`);
  const secretsKeyFiles = await ensureSecretsKeys(root);
  return {
    root,
    instanceId,
    stateDir,
    redisDir,
    logsDir,
    apiKeyFile: join(root, 'api-key'),
    checkpointKeyFile,
    webhookSecretFile,
    ...secretsKeyFiles,
    release: async () => {
      await removeStateDir(stateDir);
      await unlock();
    },
  };
}

/** The key in the file; one is made where there is none. */
export async function ensureApiKey(file: string): Promise<string> {
  return readOrCreate(file, () => `dk_${randomBytes(32).toString('base64url')}`);
}

/** What a killed service left there is the next start's to clear: the directory stays then. */
async function removeStateDir(stateDir: string): Promise<void> {
  await rmdir(stateDir).catch((error: unknown) => {
    if (!['ENOENT', 'ENOTEMPTY', 'EBUSY'].some((code) => hasCode(error, code))) throw error;
  });
}

const newInstanceId = (): string => randomBytes(4).toString('hex');
