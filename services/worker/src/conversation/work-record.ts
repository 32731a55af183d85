import type { JobEventBody, Plan } from '@drydock/contracts';
import { RunsSinceEdit } from './runs-since-edit.ts';

type PlanSteps = Extract<JobEventBody, { type: 'plan.updated' }>['data']['steps'];

interface RanCommand {
  readonly cmd: string;
  readonly result: string;
}

/** Commands whose result is kept, the last of each text. */
const MAX_COMMANDS = 8;
const MAX_CMD_CHARS = 300;
const MAX_PATHS = 200;
const MAX_LINE_CHARS = 500;

/**
 * What an attempt has done, from the worker's own record: what is true whatever a summary says of it. It is fed with the
 * events as they are told.
 */
export class WorkRecord {
  readonly sinceEdit = new RunsSinceEdit();
  #plan: Plan | null = null;
  #steps: PlanSteps = [];
  readonly #paths = new Set<string>();
  readonly #running = new Map<string, string>();
  readonly #commands = new Map<string, string>();

  note(event: JobEventBody): void {
    if (event.type === 'plan.updated') {
      this.#plan = event.data.plan ?? this.#plan;
      this.#steps = event.data.steps;
    } else if (event.type === 'file.changed') {
      this.#paths.add(event.data.path);
      this.sinceEdit.edit();
    } else if (event.type === 'command.started') {
      this.#running.set(event.data.call_id, event.data.cmd);
      this.sinceEdit.start(event.data);
    } else if (event.type === 'command.finished') this.#end(event.data);
  }

  /** The plan with its steps as they stand, the files touched, and what the last commands came to; words for the model. */
  describe(changedPaths: readonly string[] = []): string {
    const paths = [...new Set([...this.#paths, ...changedPaths])].toSorted();
    return [
      ...this.#describePlan(),
      ...list('Files changed so far', paths.slice(0, MAX_PATHS), paths.length - MAX_PATHS),
      ...list('Last commands and what they came to', this.#describeCommands(), 0),
    ].join('\n');
  }

  #end(ended: Extract<JobEventBody, { type: 'command.finished' }>['data']): void {
    const { call_id: id, exit_code: code, signal } = ended;
    const result = ended.timed_out ? 'timed out' : `exit ${code ?? signal ?? 'unknown'}`;
    this.sinceEdit.end(ended, result);
    const cmd = this.#running.get(id);
    this.#running.delete(id);
    if (cmd === undefined) return;
    // The newest goes to the end.
    this.#commands.delete(cmd);
    this.#commands.set(cmd, result);
    const oldest = this.#commands.keys().next().value;
    if (this.#commands.size > MAX_COMMANDS && oldest !== undefined) this.#commands.delete(oldest);
  }

  #describePlan(): string[] {
    const marks = { completed: '[x]', in_progress: '[~]', pending: '[ ]' } as const;
    const steps = this.#steps.map(({ step, status }) => `${marks[status]} ${step}`);
    return [
      ...list('Plan', steps, 0),
      ...list('Checks of the plan', this.#plan?.checks ?? [], 0),
      ...list('Risks', this.#plan?.risks ?? [], 0),
      ...list('Assumptions', this.#plan?.assumptions ?? [], 0),
    ];
  }

  #describeCommands(): string[] {
    const commands: RanCommand[] = Array.from(this.#commands, ([cmd, result]) => ({ cmd, result }));
    return commands.map(({ cmd, result }) => `${shorten(cmd)} → ${result}`);
  }
}

const shorten = (cmd: string): string =>
  cmd.length > MAX_CMD_CHARS ? `${cmd.slice(0, MAX_CMD_CHARS)}…` : cmd;

/** On one line, and without the marks that could end the record: names are whatever somebody made. */
const toLine = (text: string): string =>
  text
    .slice(0, MAX_LINE_CHARS)
    .replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replaceAll('<', '‹');

function list(title: string, entries: readonly string[], more: number): string[] {
  if (entries.length === 0) return [];
  return [
    `${title}:`,
    ...entries.map((entry) => `- ${toLine(entry)}`),
    ...(more > 0 ? [`- and ${more} more`] : []),
  ];
}
