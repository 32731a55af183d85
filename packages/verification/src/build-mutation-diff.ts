import type { Mutation } from '@drydock/contracts';

/** As git has it: with fewer, a change is only found at an end of the file. */
const CONTEXT_LINES = 3;

export type MutationDiff =
  | { readonly kind: 'diff'; readonly diff: string; /** Of the change, from 1. */ readonly line: number }
  /** The reason ends a sentence that starts with the path. */
  | { readonly kind: 'fault'; readonly reason: string };

/** A mutation of a file's text as a diff that git applies. */
export function buildMutationDiff(
  text: string,
  { path, find, replace }: Pick<Mutation, 'path' | 'find' | 'replace'>,
): MutationDiff {
  const at = text.indexOf(find);
  if (at === -1) return { kind: 'fault', reason: 'does not contain the text of `find`' };
  if (text.includes(find, at + 1))
    return { kind: 'fault', reason: 'contains the text of `find` more than once' };
  if (find === replace) return { kind: 'fault', reason: 'is not changed: `find` and `replace` are the same' };
  const start = text.slice(0, at).lastIndexOf('\n') + 1;
  const lineEnd = text.indexOf('\n', at + find.length);
  const end = lineEnd === -1 ? text.length : lineEnd + 1;
  const lead = toLines(text.slice(0, start));
  const context = {
    before: lead.slice(-CONTEXT_LINES),
    after: toLines(text.slice(end)).slice(0, CONTEXT_LINES),
  };
  const removed = toLines(text.slice(start, end));
  const added = toLines(text.slice(start, at) + replace + text.slice(at + find.length, end));
  const first = lead.length - context.before.length + 1;
  const around = context.before.length + context.after.length;
  const diff = [
    `diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n`,
    `@@ -${first},${around + removed.length} +${first},${around + added.length} @@\n`,
    ...context.before.map((line) => toDiffLine(' ', line)),
    ...removed.map((line) => toDiffLine('-', line)),
    ...added.map((line) => toDiffLine('+', line)),
    ...context.after.map((line) => toDiffLine(' ', line)),
  ].join('');
  return { kind: 'diff', diff, line: text.slice(0, at).split('\n').length };
}

/** With their line breaks; a last line may have none. */
const toLines = (text: string): string[] => text.split(/(?<=\n)/).filter((line) => line !== '');

const toDiffLine = (mark: string, line: string): string =>
  line.endsWith('\n') ? `${mark}${line}` : `${mark}${line}\n\\ No newline at end of file\n`;
