import type { RepoAnswer } from '@drydock/contracts';

type ChangedFile = Extract<RepoAnswer, { type: 'changed_lines' }>['files'][number];

/** Which lines of the workspace are not those of the base. */
export class ChangedLines {
  readonly #files: ReadonlyMap<string, ChangedFile>;

  constructor(files: readonly ChangedFile[]) {
    this.#files = new Map(files.map((file) => [file.path, file]));
  }

  /** Line 0 is the file as a whole. */
  has(path: string, line: number): boolean {
    const file = this.#files.get(path);
    if (file === undefined) return false;
    const { ranges } = file;
    return ranges === undefined || line === 0 || ranges.some(([from, to]) => from <= line && line <= to);
  }
}
