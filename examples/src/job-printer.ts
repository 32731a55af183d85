import { stripVTControlCharacters, styleText } from 'node:util';
import { describeResult } from '@drydock/client';
import type { JobEvent, JobJson } from '@drydock/contracts';

type Style = Parameters<typeof styleText>[0];
type Step = { readonly step: string; readonly status: string };

const MAX_COMMAND_CHARACTERS = 110;

/**
 * Prints a job for people while it runs: the plan, one line per command, the patch, the verdict. What comes out of a
 * sandbox is stripped of control characters before it reaches a terminal.
 */
export class JobPrinter {
  readonly #write: (line: string) => void;
  readonly #colour: boolean;
  readonly #done = new Set<string>();
  #command = '';

  constructor(stream: NodeJS.WriteStream) {
    this.#write = (line) => void stream.write(`${line}\n`);
    this.#colour = stream.isTTY && stream.hasColors();
  }

  title(text: string): void {
    this.#write(this.#paint('bold', `▸ ${text}`));
  }

  event(event: JobEvent): void {
    if (event.type === 'plan.updated') this.#plan(event.data.steps, event.data.plan !== undefined);
    else if (event.type === 'command.started') this.#command = event.data.cmd;
    else if (event.type === 'command.finished')
      this.#commandLine(event.data.exit_code, event.data.duration_ms);
    else if (event.type === 'file.changed')
      this.#mark('yellow', '✎', `${event.data.kind} ${event.data.path}`);
    else if (event.type === 'warning.raised') this.#mark('yellow', '!', event.data.message);
    else if (event.type === 'job.state_changed' && event.data.to === 'verifying') {
      this.#mark('dim', '…', 'verifying in two clean containers');
    }
  }

  patch(diff: string): void {
    if (diff === '') return;
    for (const line of diff.trimEnd().split('\n'))
      this.#write(`  ${this.#paint(styleOf(line), clean(line))}`);
  }

  /** What a review found, an explanation names, or tests were tried with. */
  found({ result }: JobJson): void {
    for (const line of result === null ? [] : describeResult(result)) this.#write(`  ${clean(line)}`);
  }

  /** `✔ verified  1 fail→pass · 12 pass→pass · 0 regressions · lint ±0 · 6.2 s` */
  verdict(job: JobJson, durationMs: number): void {
    const { style, words } = toEnd(job);
    const mark = this.#paint(style, words);
    this.#write(
      [`${mark}  `, [...countsOf(job), `${(durationMs / 1_000).toFixed(1)} s`].join(' · ')].join(''),
    );
    if (job.error !== null)
      this.#write(`  ${this.#paint('red', job.error.code)}: ${clean(job.error.message)}`);
  }

  #mark(style: Style, mark: string, text: string): void {
    this.#write(`  ${this.#paint(style, mark)} ${clean(text)}`);
  }

  #plan(steps: readonly Step[], isNew: boolean): void {
    const changed = steps.filter(({ step, status }) => status === 'completed' && !this.#done.has(step));
    for (const { step } of changed) this.#done.add(step);
    for (const { step, status } of isNew ? steps : changed) {
      const box = status === 'completed' ? this.#paint('green', '☑') : '☐';
      this.#write(`  ${box} ${clean(step)}`);
    }
  }

  #commandLine(exitCode: number | null, durationMs: number): void {
    const oneLine = clean(this.#command.replaceAll('\n', ' ⏎ '));
    const shown =
      oneLine.length > MAX_COMMAND_CHARACTERS ? `${oneLine.slice(0, MAX_COMMAND_CHARACTERS)}…` : oneLine;
    const ended = exitCode === 0 ? '' : this.#paint('red', `  exit ${exitCode ?? 'killed'}`);
    this.#write(
      `  ${this.#paint('cyan', '$')} ${shown}${ended}${this.#paint('dim', `  ${Math.round(durationMs)} ms`)}`,
    );
  }

  #paint(style: Style, text: string): string {
    return this.#colour ? styleText(style, text, { validateStream: false }) : text;
  }
}

/** There is nothing to verify of a review or an explanation. */
function toEnd({ status, result }: JobJson): { style: Style; words: string } {
  if (result?.verified === true) return { style: 'green', words: '✔ verified' };
  const isDone = status === 'succeeded' && result?.verified === null;
  return isDone ? { style: 'green', words: '✔ done' } : { style: 'red', words: `✘ ${status}, not verified` };
}

function countsOf(job: JobJson): string[] {
  const checks = job.result?.checks;
  if (checks === null || checks === undefined) return [];
  const delta = checks.lint === null ? undefined : checks.lint.after - checks.lint.before;
  return [
    `${checks.fail_to_pass.length} fail→pass`,
    `${checks.pass_to_pass.length} pass→pass`,
    `${checks.regressions.length} regressions`,
    delta === undefined ? 'no lint' : `lint ${delta === 0 ? '±0' : delta > 0 ? `+${delta}` : `${delta}`}`,
  ];
}

function styleOf(line: string): Style {
  if (line.startsWith('+++') || line.startsWith('---') || line.startsWith('diff ')) return 'bold';
  if (line.startsWith('@@')) return 'cyan';
  if (line.startsWith('+')) return 'green';
  return line.startsWith('-') ? 'red' : 'reset';
}

/** No escape sequence, control or bidirectional override of a sandbox reaches the terminal. */
function clean(text: string): string {
  return stripVTControlCharacters(text).replaceAll(
    /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    (character) => (character === '\t' ? '  ' : ''),
  );
}
