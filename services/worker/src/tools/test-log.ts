/** Runs whose logs are in memory. */
const MAX_RUNS = 8;
/** Of one answer, whatever its lines are. */
const MAX_CHARS = 48_000;
const MAX_LINE_CHARS = 2_000;

interface LineRange {
  /** From 1; negative: from the end. */
  readonly start: number;
  readonly lines: number;
}

/** What the last runs of tests printed, by number. */
export class TestLogs {
  readonly #logs = new Map<number, readonly string[]>();
  #last = 0;

  /** The number of the next run. */
  next(): number {
    this.#last += 1;
    return this.#last;
  }

  /** Keeps what a run printed; resolves with its number of lines. */
  keep(run: number, printed: string): number {
    const lines = printed.replace(/\n$/, '').split('\n');
    this.#logs.set(run, lines);
    this.#logs.delete(run - MAX_RUNS);
    return lines.length;
  }

  /** The lines in words for the model; undefined where the run is not known. */
  read(run: number, range: LineRange): string | undefined {
    const lines = this.#logs.get(run);
    return lines && readLines(lines, range);
  }

  /** The runs that can be read. */
  get runs(): readonly number[] {
    return [...this.#logs.keys()];
  }
}

/** Lines of a log with their numbers, as many as fit, and where it goes on. */
export function readLines(lines: readonly string[], { start, lines: count }: LineRange): string {
  const first = Math.max(1, start < 0 ? lines.length + start + 1 : start);
  const wanted = lines.slice(first - 1, first - 1 + count);
  let chars = 0;
  const shown: string[] = [];
  for (const line of wanted) {
    const text = line.length > MAX_LINE_CHARS ? `${line.slice(0, MAX_LINE_CHARS).toWellFormed()}…` : line;
    chars += text.length + 1;
    if (chars > MAX_CHARS) break;
    shown.push(text);
  }
  const last = first + shown.length - 1;
  if (shown.length === 0) return `There is no line ${first}: it has ${lines.length} lines.`;
  const more = last < lines.length ? `; go on with start: ${last + 1}` : '';
  return [`Lines ${first} to ${last} of ${lines.length}${more}.`, ...shown].join('\n');
}
