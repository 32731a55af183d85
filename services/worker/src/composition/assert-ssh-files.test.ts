import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { assertSshFiles } from './assert-ssh-files.ts';

let dir: string;
let files: { keyFile: string; knownHostsFile: string };

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'drydock-ssh-files-'));
  files = { keyFile: join(dir, 'key'), knownHostsFile: join(dir, 'hosts') };
  writeFileSync(files.keyFile, 'key', { mode: 0o600 });
  writeFileSync(files.knownHostsFile, 'hosts');
});
afterEach(() => rmSync(dir, { recursive: true }));

it('takes a key that is the worker’s alone, and no ssh at all', async () => {
  await expect(assertSshFiles(files)).resolves.toBeUndefined();
  await expect(assertSshFiles(undefined)).resolves.toBeUndefined();
});

it.each([0o640, 0o604, 0o660, 0o644])('refuses a key of mode %o, with what to do', async (mode) => {
  chmodSync(files.keyFile, mode);
  await expect(assertSshFiles(files)).rejects.toThrow(
    `DRYDOCK_GIT_SSH_KEY_FILE names a key with mode 0${mode.toString(8)}, which others can read; chmod 0600 it.`,
  );
});

it('names every file that is missing, empty or none', async () => {
  rmSync(files.keyFile);
  writeFileSync(files.knownHostsFile, '');
  await expect(assertSshFiles(files)).rejects.toMatchObject({
    name: 'ConfigError',
    problems: [{ variable: 'DRYDOCK_GIT_SSH_KEY_FILE' }, { variable: 'DRYDOCK_GIT_SSH_KNOWN_HOSTS_FILE' }],
  });
  await expect(assertSshFiles({ ...files, keyFile: dir })).rejects.toThrow('DRYDOCK_GIT_SSH_KEY_FILE');
});
