import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmdirSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { errnoOf } from './errno.ts';
import { locateInWorkspace } from './locate-in-workspace.ts';
import type { PatchFile, PatchFiles } from '../apply-patch/patch-files.ts';
import { rejectPatch } from '../apply-patch/reject-patch.ts';

const PERMISSIONS = 0o777;
const MAX_FILE_BYTES = 16 << 20;

/**
 * A patch's files on disk. Calls are synchronous: no other request of the tool host can fall between checking a patch
 * and writing it. Commands that still run could, but they have the same rights anyway.
 */
export class WorkspacePatchFiles implements PatchFiles {
  readonly #root: string;
  readonly #directory: string;

  /** `directory` is what the patch's own paths are relative to, itself relative to `root`. */
  constructor(root: string, directory = '') {
    this.#root = root;
    this.#directory = directory;
  }

  locate(path: string, lastLink: 'follow' | 'keep'): string {
    const isAsNamed = this.#directory === '' || path === '' || isAbsolute(path);
    const named = isAsNamed ? path : join(this.#directory, path);
    const found = locateInWorkspace(this.#root, named, lastLink);
    if (found.kind === 'refused') throw rejectPatch(found.message);
    return found.path;
  }

  findMode(path: string): number | undefined {
    const stats = lstatSync(this.#absolute(path), { throwIfNoEntry: false });
    if (stats === undefined || stats.isSymbolicLink()) return stats?.mode;
    if (!stats.isFile()) throw rejectPatch(`${path} is not a file.`);
    return stats.mode & PERMISSIONS;
  }

  readText(path: string): string {
    // O_NONBLOCK: a FIFO put in the file's place must not stop the tool host.
    const file = openSync(this.#absolute(path), constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = fstatSync(file);
      if (!stats.isFile()) throw rejectPatch(`${path} is not a file.`);
      if (stats.size > MAX_FILE_BYTES)
        throw rejectPatch(`${path} is too large for a patch: change it with a command.`);
      return decode(path, readFileSync(file));
    } finally {
      closeSync(file);
    }
  }

  createFile(path: string, { text, mode }: PatchFile): void {
    const absolute = this.#absolute(path);
    const file = openSync(absolute, 'wx');
    try {
      writeFileSync(file, text);
      if (mode !== undefined) fchmodSync(file, mode & PERMISSIONS);
    } catch (cause) {
      unlinkSync(absolute);
      throw cause;
    } finally {
      closeSync(file);
    }
  }

  rename(from: string, to: string): void {
    renameSync(this.#absolute(from), this.#absolute(to));
  }

  remove(path: string): void {
    unlinkSync(this.#absolute(path));
  }

  createDirectory(path: string): boolean {
    try {
      mkdirSync(this.#absolute(path));
      return true;
    } catch (cause) {
      if (errnoOf(cause) === 'EEXIST') return false;
      throw cause;
    }
  }

  removeDirectory(path: string): void {
    rmdirSync(this.#absolute(path));
  }

  #absolute(path: string): string {
    return join(this.#root, path);
  }
}

function decode(path: string, bytes: Uint8Array): string {
  try {
    // A byte order mark is text like any other, so that it is written back.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw rejectPatch(`${path} is not UTF-8 text: change it with a command.`);
  }
}
