import type { TranscriptItem } from '@drydock/contracts';

/** Where a replay first went another way than the recording. */
export interface Divergence {
  /** What the recording has there, and what came instead; excerpts. */
  readonly expected: string;
  readonly got: string;
}

const MAX_EXCERPT_CHARS = 1_000;
const NOTHING = '(nothing)';

/** What the platform or a person said in the recording: it is an input, which a replay gives again. */
export type Said = Extract<TranscriptItem, { type: 'message' }>;

export interface Comparison {
  /** Messages of the recording that nobody has said in the replay. */
  readonly unsaid: readonly Said[];
  readonly divergence: Divergence | undefined;
}

/**
 * Compares what came between two turns of the model: outputs of its calls have to be the same, but for numbers, which
 * tell times, process ids and sizes and differ from run to run.
 */
export function findDivergence(
  recorded: readonly TranscriptItem[],
  replayed: readonly TranscriptItem[],
): Comparison {
  const unsaid: Said[] = [];
  const now = replayed.map(normalise);
  let at = 0;
  for (const item of recorded) {
    const came = replayed[at];
    if (came?.type === item.type && now[at] === normalise(item)) at += 1;
    else if (item.type === 'message' && item.role !== 'assistant') unsaid.push(item);
    else return { unsaid, divergence: differ(item, came) };
  }
  const surplus = replayed[at];
  return { unsaid, divergence: surplus === undefined ? undefined : differ(undefined, surplus) };
}

/** A unit goes with its number: 900 ms and 1.1 s are the same. Without white space at the ends of lines. */
function normalise(item: TranscriptItem): string {
  return JSON.stringify(item, (key, value: unknown) =>
    typeof value === 'string' && (key === 'output' || key === 'text') ? withoutNumbers(value) : value,
  );
}

const NUMBERS = /\d+(?:[.,:]\d+)*(?:\s?(?:[mµn]?s|seconds?|minutes?|[KMG]i?B)\b)?/g;

/** From its first character only: tried from each of them, a long run of white space takes quadratic time. */
const TRAILING = /(?<![ \t])[ \t]+$/gm;

const withoutNumbers = (text: string): string => text.replaceAll(NUMBERS, '0').replaceAll(TRAILING, '');

function differ(expected: TranscriptItem | undefined, got: TranscriptItem | undefined): Divergence {
  const [a, b] = [textOf(expected), textOf(got)];
  // From where they part, with what leads there.
  const from = Math.max(0, firstDifference(a, b) - 80);
  const cut = (text: string): string => text.slice(from, from + MAX_EXCERPT_CHARS) || NOTHING;
  return { expected: cut(a), got: cut(b) };
}

function firstDifference(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) if (a[at] !== b[at]) return at;
  return length;
}

function textOf(item: TranscriptItem | undefined): string {
  if (item === undefined) return '';
  if (item.type === 'tool_output') return item.output;
  return item.type === 'message' ? item.text : JSON.stringify(item);
}
