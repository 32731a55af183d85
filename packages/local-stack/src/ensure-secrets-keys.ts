import { createPublicKey } from 'node:crypto';
import { join } from 'node:path';
import { newSecretKeys } from '@drydock/service-kit';
import { readOrCreate, writeOwned } from './read-or-create.ts';
import type { DataDir } from './data-dir.ts';

type KeyFiles = Pick<DataDir, 'secretsPublicKeyFile' | 'secretsPrivateKeyFile'>;

/**
 * Makes the pair of keys of secrets where there is none. The private one is written first, and the public one is always
 * made of it: a start that was cut short leaves no public key whose secrets nobody could open.
 */
export async function ensureSecretsKeys(root: string): Promise<KeyFiles> {
  const secretsPrivateKeyFile = join(root, 'secrets-private-key.pem');
  const secretsPublicKeyFile = join(root, 'secrets-public-key.pem');
  // Of two private keys, the first is the present one.
  const privateKey = await readOrCreate(secretsPrivateKeyFile, () => newSecretKeys().privateKey.trim());
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString();
  await writeOwned(secretsPublicKeyFile, publicKey.trim());
  return { secretsPublicKeyFile, secretsPrivateKeyFile };
}
