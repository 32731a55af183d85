import type { FileHandle } from 'node:fs/promises';
import { chmod, stat } from 'node:fs/promises';

const SETGID = 0o2000;
const FILE_FOR_GROUP = 0o640;
const DIRECTORY_FOR_GROUP = 0o2750;

/**
 * Lets the group read a file that was just made, where its directory is shared with one (setgid); elsewhere it is its
 * owner's alone. By the handle: a path may be another file by now. The owner is never changed, so that nobody who can
 * write to the directory is handed what a link of his leads to.
 */
export async function openToGroup(dir: string, made: Pick<FileHandle, 'chmod'>): Promise<void> {
  if (isShared(await stat(dir))) await made.chmod(FILE_FOR_GROUP);
}

/** The same for a directory, whose parent nobody else may write to. */
export async function openDirectoryToGroup(path: string): Promise<void> {
  if (isShared(await stat(path))) await chmod(path, DIRECTORY_FOR_GROUP);
}

/** A directory has it from its parent. */
const isShared = ({ mode }: { readonly mode: number }): boolean => (mode & SETGID) !== 0;
