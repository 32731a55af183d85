import type { GitSource, JobSource, UploadSource } from '@drydock/contracts';
import { findRefFault, NO_SSH, parseGitUrl } from '@drydock/core';
import type { EncodedSource } from './encode-source.ts';
import { encodeSource } from './encode-source.ts';
import type { FieldError } from './field-errors.ts';

/** A source that can be believed as far as its text goes; whether its repository is there is for later. */
export type ParsedSource =
  | { readonly type: 'files'; readonly encoded: EncodedSource }
  | GitSource
  | UploadSource;

export type SourceParse =
  | { readonly kind: 'parsed'; readonly source: ParsedSource }
  | { readonly kind: 'refused'; readonly errors: readonly FieldError[] };

/** Decides whether a source is one that this installation takes; ssh is there where the operator turned it on. */
export function parseSource(source: JobSource, { hasSsh }: { readonly hasSsh: boolean }): SourceParse {
  switch (source.type) {
    case 'files':
      return parseFiles(source);
    case 'git':
      return parseGit(source, hasSsh);
    case 'upload':
      return refuseOr(findRefErrors(source.ref), source);
  }
}

function parseFiles(source: Extract<JobSource, { type: 'files' }>): SourceParse {
  const decision = encodeSource(source);
  if (decision.kind === 'refused') return decision;
  return { kind: 'parsed', source: { type: 'files', encoded: decision.source } };
}

/** The canonical spelling is kept: what was looked at here is what is fetched. */
function parseGit(source: GitSource, hasSsh: boolean): SourceParse {
  const parsed = parseGitUrl(source.url);
  const refErrors = findRefErrors(source.ref);
  const refuse = (detail: string) => refuseOr([{ pointer: '/source/url', detail }, ...refErrors], source);
  if (parsed.kind === 'refused') return refuse(parsed.reason);
  if (parsed.transport === 'ssh' && !hasSsh) return refuse(NO_SSH);
  return refuseOr(refErrors, { ...source, url: parsed.href });
}

function findRefErrors(ref: string): readonly FieldError[] {
  const detail = findRefFault(ref);
  return detail === undefined ? [] : [{ pointer: '/source/ref', detail }];
}

function refuseOr(errors: readonly FieldError[], source: ParsedSource): SourceParse {
  return errors.length > 0 ? { kind: 'refused', errors } : { kind: 'parsed', source };
}
