/** A file to be written. */
export interface PatchFile {
  readonly text: string;
  /** Permission bits; absent for a new file. */
  readonly mode?: number;
}

/**
 * The few file operations that a patch needs. Paths are relative to the workspace. A path that a patch may not name
 * or touch throws `patch_rejected`; a failing system call throws its own error.
 */
export interface PatchFiles {
  /** Where `path` really is, inside the workspace; a symbolic link in the last place is followed or kept. */
  locate(path: string, lastLink: 'follow' | 'keep'): string;
  /** Permission bits of a file or symbolic link; undefined where there is nothing. */
  findMode(path: string): number | undefined;
  /** Throws `patch_rejected` unless it is a regular file of UTF-8 text. */
  readText(path: string): string;
  /** Fails where something is there already. */
  createFile(path: string, file: PatchFile): void;
  rename(from: string, to: string): void;
  remove(path: string): void;
  /** Makes one directory; false where it is there already. */
  createDirectory(path: string): boolean;
  removeDirectory(path: string): void;
}
