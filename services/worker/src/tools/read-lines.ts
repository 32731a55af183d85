/** Of one answer, whatever its lines are. */
const MAX_CHARS = 48_000;
const MAX_LINE_CHARS = 2_000;

export interface LineRange {
  /** From 1; negative: from the end. */
  readonly start: number;
  readonly lines: number;
}

export interface Lines {
  readonly lineCount: number;
  /** From 1. A line may be cut behind `maxChars` and at least one more. */
  readonly linesFrom: (first: number, maxChars: number) => Iterable<string>;
}

/** Lines of a log with their numbers, as many as fit, and where it goes on. */
export function readLines(log: Lines, { start, lines: count }: LineRange): string {
  const total = log.lineCount;
  const first = Math.max(1, start < 0 ? total + start + 1 : start);
  if (first > total) return `There is no line ${first}: it has ${total} lines.`;
  let chars = 0;
  const shown: string[] = [];
  for (const line of log.linesFrom(first, MAX_LINE_CHARS)) {
    const text = line.length > MAX_LINE_CHARS ? `${line.slice(0, MAX_LINE_CHARS).toWellFormed()}…` : line;
    chars += text.length + 1;
    if (shown.length === count || chars > MAX_CHARS) break;
    shown.push(text);
  }
  const last = first + shown.length - 1;
  const more = last < total ? `; go on with start: ${last + 1}` : '';
  return [`Lines ${first} to ${last} of ${total}${more}.`, ...shown].join('\n');
}
