import { randomUUID } from 'node:crypto';
import { dirname } from 'node:path/posix';
import { DrydockError } from '@drydock/core';
import type { PatchFiles } from './patch-files.ts';
import type { PlannedChange } from './plan-changes.ts';

type Writer = Omit<PatchFiles, 'locate' | 'findMode' | 'readText'>;

/**
 * Makes every change or none. New contents are written beside their places first, since that is what can fail (a full
 * disk, a missing right); then files are only renamed. What was done is undone, last first, when a step fails.
 */
export function commitChanges(changes: readonly PlannedChange[], files: Writer): void {
  const commit = new PatchCommit(files);
  try {
    const written = changes.map((change) => commit.write(change));
    changes.forEach((change, at) => commit.exchange(change, written[at]));
  } catch (cause) {
    commit.undo(cause);
    throw cause;
  }
  commit.finish();
}

class PatchCommit {
  readonly #files: Writer;
  readonly #undo: (() => void)[] = [];
  readonly #setAside: string[] = [];
  readonly #nonce = randomUUID().slice(0, 8);
  #names = 0;

  constructor(files: Writer) {
    this.#files = files;
  }

  /** Writes the new content beside its place; returns where, undefined for a deletion. */
  write({ path, file }: PlannedChange): string | undefined {
    if (file === undefined) return undefined;
    this.#createParents(dirname(path));
    const beside = this.#nameBeside(path);
    this.#files.createFile(beside, file);
    this.#undo.push(() => this.#files.remove(beside));
    return beside;
  }

  /** Sets the old file aside and puts the new one in its place. */
  exchange({ path, kind }: PlannedChange, written: string | undefined): void {
    if (kind !== 'added') {
      const aside = this.#nameBeside(path);
      this.#files.rename(path, aside);
      this.#undo.push(() => this.#files.rename(aside, path));
      this.#setAside.push(aside);
    }
    if (written === undefined) return;
    this.#files.rename(written, path);
    this.#undo.push(() => this.#files.rename(path, written));
  }

  undo(cause: unknown): void {
    const failures = this.#undo.toReversed().flatMap((step) => attempt(step));
    if (failures.length > 0) {
      const message =
        'The patch failed half-way and could not be undone: look at `git status` before going on.';
      throw new DrydockError('internal_error', { message, cause: new AggregateError([cause, ...failures]) });
    }
  }

  finish(): void {
    for (const aside of this.#setAside) this.#files.remove(aside);
  }

  #createParents(directory: string): void {
    if (directory === '.') return;
    this.#createParents(dirname(directory));
    if (this.#files.createDirectory(directory)) this.#undo.push(() => this.#files.removeDirectory(directory));
  }

  #nameBeside(path: string): string {
    this.#names += 1;
    const directory = dirname(path);
    return `${directory === '.' ? '' : `${directory}/`}.drydock-patch-${this.#nonce}-${this.#names}`;
  }
}

function attempt(step: () => void): unknown[] {
  try {
    step();
    return [];
  } catch (cause) {
    return [cause];
  }
}
