import { unlink } from 'node:fs/promises';

/**
 * Removes a file, where there is one, and never a directory. Not by Node's `rm`, which looks, then removes, and takes a
 * tree that somebody put there in between for its own: another user's links could lead that anywhere.
 */
export async function removeFile(path: string): Promise<void> {
  await unlink(path).catch((error: unknown) => {
    const isSettled =
      error instanceof Error && 'code' in error && ['ENOENT', 'EISDIR'].includes(String(error.code));
    if (!isSettled) throw error;
  });
}
