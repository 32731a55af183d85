import type { FileChange } from '@drydock/contracts';
import { applyChunks } from './apply-chunks.ts';
import type { PatchSection } from './parse-patch.ts';
import type { PatchFile, PatchFiles } from './patch-files.ts';
import { rejectPatch } from './reject-patch.ts';

/** What becomes of one file; `file` is absent where it goes away. */
export interface PlannedChange extends FileChange {
  readonly file?: PatchFile;
}

type Reader = Pick<PatchFiles, 'locate' | 'findMode' | 'readText'>;

/**
 * Works out every file of a patch before anything is written. Sections see what earlier sections did.
 * Throws `patch_rejected` on the first one that does not fit.
 */
export function planChanges(sections: readonly PatchSection[], files: Reader): PlannedChange[] {
  const draft = new Draft(files);
  for (const section of sections) planSection(section, draft);
  return draft.changes();
}

function planSection(section: PatchSection, draft: Draft): void {
  switch (section.kind) {
    case 'add':
      draft.put(section.path, section.lines.map((line) => `${line}\n`).join(''));
      return;
    case 'delete':
      draft.remove(section.path);
      return;
    case 'update': {
      const { path, moveTo, chunks } = section;
      const file = draft.get(path);
      const text = chunks.length === 0 ? file.text : applyChunks(path, file.text, chunks);
      if (moveTo === undefined) return draft.put(path, text);
      draft.remove(path);
      draft.put(moveTo, text, file.mode);
    }
  }
}

interface DraftEntry {
  /** Permission bits on disk; undefined where nothing is. */
  readonly modeOnDisk: number | undefined;
  readonly file: PatchFile | undefined;
}

/** The files as they will be, over the files as they are. */
class Draft {
  readonly #files: Reader;
  readonly #entries = new Map<string, DraftEntry>();

  constructor(files: Reader) {
    this.#files = files;
  }

  get(path: string): PatchFile {
    const place = this.#files.locate(path, 'follow');
    const entry = this.#entries.get(place);
    if (entry?.file !== undefined) return entry.file;
    const mode = entry === undefined ? this.#files.findMode(place) : undefined;
    if (mode === undefined) throw rejectPatch(`There is no file ${path} to update.`);
    return { text: this.#files.readText(place), mode };
  }

  put(path: string, text: string, mode?: number): void {
    const place = this.#files.locate(path, 'follow');
    const modeOnDisk = this.#modeOnDisk(place);
    const kept = mode ?? this.#entries.get(place)?.file?.mode ?? modeOnDisk;
    this.#entries.set(place, { modeOnDisk, file: kept === undefined ? { text } : { text, mode: kept } });
  }

  remove(path: string): void {
    const place = this.#files.locate(path, 'keep');
    const modeOnDisk = this.#modeOnDisk(place);
    const entry = this.#entries.get(place);
    const isThere = entry === undefined ? modeOnDisk !== undefined : entry.file !== undefined;
    if (!isThere) throw rejectPatch(`There is no file ${path} to delete.`);
    this.#entries.set(place, { modeOnDisk, file: undefined });
  }

  changes(): PlannedChange[] {
    return [...this.#entries].flatMap(([path, { modeOnDisk, file }]) => {
      if (file !== undefined) return { path, kind: modeOnDisk === undefined ? 'added' : 'modified', file };
      return modeOnDisk === undefined ? [] : { path, kind: 'deleted' };
    });
  }

  #modeOnDisk(place: string): number | undefined {
    const entry = this.#entries.get(place);
    return entry === undefined ? this.#files.findMode(place) : entry.modeOnDisk;
  }
}
