import type { JobEventBody } from '@drydock/contracts';
import { normaliseCommand } from '@drydock/verification';

/** What a command came to; `result` says it in words. */
export interface CommandRun {
  readonly passed: boolean;
  readonly result: string;
}

type Started = Extract<JobEventBody, { type: 'command.started' }>['data'];
type Finished = Extract<JobEventBody, { type: 'command.finished' }>['data'];

const MAX_RUNS = 64;
const WORKSPACE = '/job/work';

/**
 * The commands that began after the last edit and have ended. An edit is one by apply_patch: what a command writes is
 * its own doing.
 */
export class RunsSinceEdit {
  readonly #running = new Map<string, { readonly check: string; readonly edits: number }>();
  readonly #runs = new Map<string, CommandRun>();
  #edits = 0;

  /** The newest run of each, by normalised command. */
  get runs(): ReadonlyMap<string, CommandRun> {
    return this.#runs;
  }

  /** Whether files were edited and no command has run to its end since. */
  get hasUncheckedEdits(): boolean {
    return this.#edits > 0 && this.#runs.size === 0;
  }

  edit(): void {
    this.#edits += 1;
    this.#runs.clear();
  }

  start({ call_id: id, cmd, workdir }: Started): void {
    // A check is run in the workspace: elsewhere it is another command.
    const check = normaliseCommand(workdir === WORKSPACE ? cmd : `cd ${workdir} && ${cmd}`);
    this.#running.set(id, { check, edits: this.#edits });
  }

  end({ call_id: id, exit_code: code, timed_out: timedOut }: Finished, result: string): void {
    const running = this.#running.get(id);
    this.#running.delete(id);
    // One that began before the edit has seen other files.
    if (running?.edits !== this.#edits) return;
    this.#runs.delete(running.check);
    this.#runs.set(running.check, { passed: code === 0 && !timedOut, result });
    const oldest = this.#runs.keys().next().value;
    if (this.#runs.size > MAX_RUNS && oldest !== undefined) this.#runs.delete(oldest);
  }
}
