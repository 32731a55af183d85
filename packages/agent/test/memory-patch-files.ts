import { dirname } from 'node:path/posix';
import type { PatchFile, PatchFiles } from '../src/apply-patch/patch-files.ts';
import { rejectPatch } from '../src/apply-patch/reject-patch.ts';

const NEW_FILE_MODE = 0o644;

/** Files in memory. The write operation number `failAt` fails, as a full disk would make it. */
export class MemoryPatchFiles implements PatchFiles {
  readonly #files: Map<string, Required<PatchFile>>;
  readonly #directories = new Set(['.']);
  readonly #failAt: number | undefined;
  #operations = 0;

  constructor(files: Readonly<Record<string, string>>, failAt?: number) {
    this.#files = new Map(
      Object.entries(files).map(([path, text]) => [
        path,
        { text, mode: path.endsWith('.sh') ? 0o755 : NEW_FILE_MODE },
      ]),
    );
    this.#failAt = failAt;
    for (const path of this.#files.keys()) this.#addParents(dirname(path));
  }

  /** Everything there is: contents of files by path, and the mode where it is not the usual one. */
  snapshot(): Record<string, string> {
    const sorted = [...this.#files].toSorted(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(
      sorted.map(([path, { text, mode }]) => [
        mode === NEW_FILE_MODE ? path : `${path} ${mode.toString(8)}`,
        text,
      ]),
    );
  }

  get directories(): string[] {
    return [...this.#directories].toSorted();
  }

  locate(path: string): string {
    if (path.startsWith('/')) throw rejectPatch(`The path ${path} is refused.`);
    return path;
  }

  findMode(path: string): number | undefined {
    return this.#files.get(path)?.mode;
  }

  readText(path: string): string {
    return this.#get(path).text;
  }

  createFile(path: string, file: PatchFile): void {
    this.#write();
    if (this.#files.has(path) || !this.#directories.has(dirname(path)))
      throw new Error(`cannot create ${path}`);
    this.#files.set(path, { text: file.text, mode: file.mode ?? NEW_FILE_MODE });
  }

  rename(from: string, to: string): void {
    this.#write();
    const file = this.#get(from);
    if (this.#files.has(to)) throw new Error(`${to} would be lost`);
    this.#files.delete(from);
    this.#files.set(to, file);
  }

  remove(path: string): void {
    this.#get(path);
    this.#files.delete(path);
  }

  createDirectory(path: string): boolean {
    this.#write();
    if (this.#directories.has(path)) return false;
    this.#directories.add(path);
    return true;
  }

  removeDirectory(path: string): void {
    this.#directories.delete(path);
  }

  #get(path: string): Required<PatchFile> {
    const file = this.#files.get(path);
    if (file === undefined) throw new Error(`no file ${path}`);
    return file;
  }

  #addParents(directory: string): void {
    this.#directories.add(directory);
    if (directory !== '.') this.#addParents(dirname(directory));
  }

  #write(): void {
    this.#operations += 1;
    if (this.#operations === this.#failAt) throw new Error('no space left');
  }
}
