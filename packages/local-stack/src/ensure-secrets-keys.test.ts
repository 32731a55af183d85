import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret, SecretOpener, SecretSealer, newSecretKeys } from '@drydock/service-kit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ensureSecretsKeys } from './ensure-secrets-keys.ts';

const CONTEXT = { tenant: 'default', name: 'A', hosts: [] };
let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'drydock-keys-'));
});
afterEach(() => rm(root, { recursive: true }));

async function read() {
  const files = await ensureSecretsKeys(root);
  const paths = [files.secretsPublicKeyFile, files.secretsPrivateKeyFile];
  const modes = await Promise.all(paths.map(async (path) => (await stat(path)).mode & 0o777));
  const [publicKey = '', privateKey = ''] = await Promise.all(paths.map((path) => readFile(path, 'utf8')));
  return {
    files,
    modes,
    sealer: new SecretSealer(publicKey),
    opener: new SecretOpener(new Secret(privateKey)),
  };
}

test('makes a pair for its owner alone, once', async () => {
  const { modes, sealer, opener } = await read();
  expect(modes).toEqual([0o600, 0o600]);
  expect(opener.open(CONTEXT, sealer.seal(CONTEXT, new Secret('v')))?.reveal()).toBe('v');
  expect((await read()).sealer.keyId).toBe(sealer.keyId);
});

test('seals to the first private key where an operator put a new one before the old', async () => {
  const { files, sealer: old } = await read();
  const sealed = old.seal(CONTEXT, new Secret('v'));
  const next = newSecretKeys();
  const kept = await readFile(files.secretsPrivateKeyFile, 'utf8');
  await writeFile(files.secretsPrivateKeyFile, next.privateKey + kept);
  const { sealer, opener } = await read();
  expect(sealer.keyId).toBe(new SecretSealer(next.publicKey).keyId);
  expect(opener.open(CONTEXT, sealed)?.reveal()).toBe('v');
});
