import { stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

/**
 * Gives what root makes in a directory to the directory's owner: services with other users share it then. Nothing
 * changes for anybody but root.
 */
export async function keepOwner(dir: string, made: Pick<FileHandle, 'chown'>): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await stat(dir);
  if (uid !== 0) await made.chown(uid, gid);
}
