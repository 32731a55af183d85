import type { AddedFile } from './parse-added-lines.ts';

/** A file that was written, with what it held before. */
export interface ScreenedFile {
  readonly path: string;
  readonly before?: string;
  readonly text: string;
}

/** The file as a change: lines that it did not hold before count as added. */
export function toAddedFile({ path, before = '', text }: ScreenedFile): AddedFile {
  const known = new Set(before.split('\n'));
  // A shell reads on as if they were not there.
  const lines = text
    .replaceAll('\u0000', '')
    .split('\n')
    .map((line, at) => ({ line: at + 1, text: line }));
  return {
    path,
    mode: undefined,
    isBinary: text.includes('\u0000'),
    isDeleted: false,
    cutLine: undefined,
    added: lines.filter(({ text: line }) => line !== '' && !known.has(line)),
  };
}
