import type { FilesSource, SourceFile } from '@drydock/contracts';
import { findPathFault } from '@drydock/core';
import type { FieldError } from './field-errors.ts';
import { MAX_FIELD_ERRORS } from './field-errors.ts';

/** Largest sum of the decoded files of a source. */
export const MAX_SOURCE_BYTES = 2 << 20;

/** A source in its one canonical form, so that equal sources are one artifact and one cached tree. */
export interface EncodedSource {
  /** JSON of a `FilesSource`: keys in the order of its schema, files sorted by path. */
  readonly json: Uint8Array;
  /** Sum of the decoded files. */
  readonly bytes: number;
  readonly files: number;
}

export type SourceDecision =
  | { readonly kind: 'encoded'; readonly source: EncodedSource }
  | { readonly kind: 'refused'; readonly errors: readonly FieldError[] };

/** Checks that a source can be made into a repository, and encodes it. */
export function encodeSource({ files }: FilesSource, maxBytes = MAX_SOURCE_BYTES): SourceDecision {
  const errors = [...findFileFaults(files), ...findCollisions(files)];
  if (errors.length > 0) return { kind: 'refused', errors: errors.slice(0, MAX_FIELD_ERRORS) };
  const bytes = files.reduce((sum, file) => sum + Buffer.byteLength(file.content, file.encoding), 0);
  if (bytes > maxBytes) {
    return {
      kind: 'refused',
      errors: [{ pointer: '/source/files', detail: `The files have ${bytes} bytes, more than ${maxBytes}.` }],
    };
  }
  return { kind: 'encoded', source: { json: encodeCanonical(files), bytes, files: files.length } };
}

function findFileFaults(files: readonly SourceFile[]): FieldError[] {
  return files.flatMap((file, index) => {
    const pathFault = findPathFault(file.path) ?? findSeparatorFault(file.path);
    const contentFault = findContentFault(file);
    return [
      ...(pathFault ? [{ pointer: `/source/files/${index}/path`, detail: `The path ${pathFault}.` }] : []),
      ...(contentFault ? [{ pointer: `/source/files/${index}/content`, detail: contentFault }] : []),
    ];
  });
}

/** A name may have one, but who sends it here means a directory. */
const findSeparatorFault = (path: string): string | undefined =>
  path.includes('\\') ? 'has a backslash; separate with `/`' : undefined;

function findContentFault({ content, encoding }: SourceFile): string | undefined {
  if (encoding === 'utf8') return content.isWellFormed() ? undefined : 'The content is not valid Unicode.';
  const isCanonical = Buffer.from(content, 'base64').toString('base64') === content;
  return isCanonical ? undefined : 'The content is not valid base64.';
}

/**
 * Paths that cannot exist beside each other. With a `/` behind every path, those below a path sort directly behind
 * it, so that neighbours are all there is to compare.
 */
function findCollisions(files: readonly SourceFile[]): FieldError[] {
  const sorted = files
    .map(({ path }, index) => ({ key: `${path}/`, index }))
    .toSorted((a, b) => compare(a.key, b.key));
  return sorted.flatMap(({ key, index }, position) => {
    const before = sorted[position - 1];
    if (!before || !key.startsWith(before.key)) return [];
    const detail = key === before.key ? 'The path occurs twice.' : 'A part of the path is also a file.';
    return [{ pointer: `/source/files/${index}/path`, detail }];
  });
}

function encodeCanonical(files: readonly SourceFile[]): Uint8Array {
  const sorted = files
    .toSorted((a, b) => compare(a.path, b.path))
    .map(({ path, content, encoding, executable }) => ({ path, content, encoding, executable }));
  return Buffer.from(JSON.stringify({ type: 'files', files: sorted } satisfies FilesSource));
}

/** By UTF-16 code unit: the same order on every machine. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
