import type { CheckRun, Observation } from '@drydock/contracts';
import { ExecCommandArgs } from '@drydock/contracts';
import type { ExecRequest, ExecResult, Sandbox } from '@drydock/core';
import type { CheckCommand, RepoFacts } from '@drydock/verification';
import { gatherRepoFacts, runCheck } from '@drydock/verification';
import type { CommandGate } from '../gate/command-gate.ts';
import type { KeptLog } from './kept-log.ts';
import type { OwnToolOptions, ToolPrograms } from './tool-programs.ts';
import { traceCommand } from './trace-command.ts';

export interface CheckRunnerOptions extends OwnToolOptions {
  readonly sandbox: Pick<Sandbox, 'exec' | 'readFile' | 'listDir'>;
  readonly gate: Pick<CommandGate, 'admit'>;
}

interface CheckCall {
  readonly callId: string;
  /** The model's name of the tool. */
  readonly tool: string;
  readonly timeoutMs: number;
  /** Takes what the check prints, as far as it has room. */
  readonly log?: KeptLog;
}

/** `omittedBytes`: of what the command printed, those that the log of the call had no room for. */
export type CheckOutcome =
  | { readonly kind: 'ran'; readonly run: CheckRun; readonly omittedBytes: number }
  | { readonly kind: 'refused'; readonly observation: Observation };

/** Read of what one check prints; the rest is in no log. */
const MAX_PRINTED_BYTES = 2 << 20;
const WORKDIR = '/job/work';

/**
 * Runs the checks of a repository in the agent's own sandbox, as verification runs them in a clean one: admitted by the
 * gate and told like every command. What they come to is a claim; only verification proves.
 */
export class CheckRunner {
  readonly #options: CheckRunnerOptions;
  readonly #programs: Pick<ToolPrograms, 'timeLeft'>;

  constructor(options: CheckRunnerOptions, programs: Pick<ToolPrograms, 'timeLeft'>) {
    this.#options = options;
    this.#programs = programs;
  }

  /** What decides which checks there are, as the workspace is now. */
  facts(signal: AbortSignal): Promise<RepoFacts> {
    return gatherRepoFacts(this.#options.sandbox, signal);
  }

  async run(check: CheckCommand, call: CheckCall, signal: AbortSignal): Promise<CheckOutcome> {
    const { gate, slice } = this.#options;
    const gated = { callId: call.callId, tool: call.tool, cmd: check.command, workdir: WORKDIR };
    const admission = await gate.admit(gated, ExecCommandArgs.parse({ cmd: check.command }), signal);
    if (admission.kind === 'refused') return admission;
    const printed = new Printed(call.log);
    const exec = (request: ExecRequest, ended: AbortSignal): Promise<ExecResult> =>
      request.cmd === check.command
        ? this.#execTraced(request, { call, env: admission.env, printed }, ended)
        : this.#options.sandbox.exec(request, ended);
    try {
      const timeoutMs = this.#programs.timeLeft(call.timeoutMs);
      const run = await slice.spend(() => runCheck({ exec }, check, { timeoutMs }, signal));
      return { kind: 'ran', run, omittedBytes: printed.omittedBytes };
    } finally {
      admission.end();
    }
  }

  #execTraced(
    request: ExecRequest,
    { call, env, printed }: { call: CheckCall; env: Readonly<Record<string, string>>; printed: Printed },
    signal: AbortSignal,
  ): Promise<ExecResult> {
    printed.restart();
    const { callId } = call;
    const { cmd, workdir } = request;
    const trace = traceCommand(this.#options, { callId, cmd, workdir, ...printed.sinks });
    const { onOutput, onEnded } = trace;
    const more = { env: { ...env, ...request.env }, maxStreamBytes: MAX_PRINTED_BYTES, onOutput, onEnded };
    return this.#options.sandbox.exec({ ...request, ...more }, signal);
  }
}

/** What a check printed when it was last run: one that has to be run anew says all of it again. */
class Printed {
  readonly #log: KeptLog | undefined;
  readonly #before: number;
  omittedBytes = 0;

  constructor(log: KeptLog | undefined) {
    this.#log = log;
    this.#before = log?.printedBytes ?? 0;
  }

  readonly sinks = {
    onOutput: (text: string): void => this.#log?.append(text),
    onEnded: ({ totalBytes }: { totalBytes: number }): void => {
      const keptBytes = (this.#log?.printedBytes ?? 0) - this.#before;
      this.omittedBytes = Math.max(0, totalBytes - keptBytes);
    },
  };

  restart(): void {
    this.#log?.cutTo(this.#before);
    this.omittedBytes = 0;
  }
}
