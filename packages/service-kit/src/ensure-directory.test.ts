import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ensureDirectory } from './ensure-directory.ts';

it('makes a directory and those above it, and takes one that is there', async () => {
  const root = await mkdtemp(join(tmpdir(), 'drydock-directory-'));
  const path = join(root, 'a/b');
  await Promise.all([ensureDirectory('DIR', path), ensureDirectory('DIR', path)]);
  await ensureDirectory('DIR', path);
  expect((await stat(path)).mode & 0o777).toBe(0o700);
  await writeFile(join(root, 'file'), '');
  await expect(ensureDirectory('DIR', join(root, 'file'))).rejects.toThrow(/\(EEXIST\)/);
  await expect(ensureDirectory('DIR', join(root, 'file/deep'))).rejects.toThrow(/DIR is .*file\/deep/);
  await rm(root, { recursive: true });
});

it.each(['/proc/nope', '/proc/nope/deep/er'])('refuses %s at once and says what to set', async (path) => {
  await expect(ensureDirectory('DRYDOCK_DATA_DIR', path)).rejects.toMatchObject({
    name: 'ConfigError',
    message: `DRYDOCK_DATA_DIR is ${path}, which cannot be made or written (ENOENT); set a directory that this user may write.`,
  });
});
