import { open } from 'node:fs/promises';
import { LAYER_UID } from './workspace-mounts.ts';
import { runCommand } from './run-command.ts';

export interface ImageSize {
  readonly bytes: number;
  readonly inodes: number;
}

/**
 * Makes an empty file system in a sparse file, owned by the layers' uid. Its size is the cap on what a builder writes.
 * Without a journal: it is written once and sealed, and a half-written one is thrown away.
 */
export async function createLayerImage(path: string, size: ImageSize): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  await file.truncate(size.bytes);
  await file.close();
  const root = `root_owner=${LAYER_UID}:${LAYER_UID}`;
  const argv = ['-q', '-F', '-O', '^has_journal', '-m', '0', '-b', '4096', '-N', String(size.inodes)];
  await runCommand({ file: 'mkfs.ext4', argv: [...argv, '-E', root, path] });
}
