import type { TestCase } from '@drydock/contracts';
import { TestStatus } from '@drydock/contracts';
import { z } from 'zod';
import { RepeatNumberer } from './repeat-numberer.ts';

/** Limits of one report. The reporters write half of an id or a message: Python counts a pair of surrogates as one. */
const MAX_TESTS = 100_000;
const MAX_LINE_CHARS = 64 << 10;
const MAX_ID_CHARS = 2_000;
const MAX_MESSAGE_CHARS = 4_000;

// A lone surrogate is not text: it would be changed by the first thing that stores it.
const text = (maxChars: number) =>
  z
    .string()
    .max(maxChars)
    .transform((value) => value.toWellFormed());

const TestLine = z.object({
  v: z.literal(1),
  id: text(MAX_ID_CHARS).pipe(z.string().min(1)),
  status: TestStatus,
  file: text(MAX_ID_CHARS).exactOptional(),
  line: z.int().nonnegative().exactOptional(),
  duration_ms: z.number().nonnegative().exactOptional(),
  message: text(MAX_MESSAGE_CHARS).exactOptional(),
});
/** Written when a runner starts, so that a run of no tests differs from a run without a reporter. */
const StartLine = z.strictObject({ v: z.literal(1), runner: z.enum(['node:test', 'pytest']) });
const ReportLine = z.union([StartLine, TestLine]);

/**
 * Reads the report of one test command, piece by piece. The tested code can write anything into it, so a single line
 * that no reporter writes makes the whole report void: a half-believed report would be worse than none.
 */
export class TestReportParser {
  readonly #tests: TestCase[] = [];
  readonly #repeats = new RepeatNumberer();
  #rest = '';
  #isVoid = false;
  #hasLines = false;

  /** False once the report is void: the rest of it need not be read. */
  push(piece: string): boolean {
    const lines = (this.#rest + piece).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      if (this.#isVoid) break;
      this.#take(line);
    }
    if (this.#rest.length > MAX_LINE_CHARS) this.#isVoid = true;
    return !this.#isVoid;
  }

  /** The tests in the order of the report; undefined where there is no report, or a void one. */
  finish(): TestCase[] | undefined {
    const isWhole = this.#hasLines && this.#rest === '' && !this.#isVoid;
    return isWhole ? this.#tests : undefined;
  }

  #take(line: string): void {
    const parsed = line.length > MAX_LINE_CHARS ? undefined : ReportLine.safeParse(parseJson(line));
    if (parsed?.success !== true || this.#tests.length >= MAX_TESTS) {
      this.#isVoid = true;
      return;
    }
    this.#hasLines = true;
    if ('runner' in parsed.data) return;
    const { v: _, id, ...test } = parsed.data;
    this.#tests.push({ id: this.#repeats.next(id), ...test });
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
