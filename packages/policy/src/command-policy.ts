import type { Clock, CommandContext, CommandDecision, CommandFinding } from '@drydock/core';
import { resolveDecision } from '@drydock/core';
import type { ScreenedFile } from './screening/screen-file.ts';
import type { ScreeningFinding } from '@drydock/contracts';
import { UNSCREENED } from './screening/screening-finding.ts';
import { ThreadLane } from './thread-lane.ts';

const COMMAND_TIMEOUT_MS = 250;
const SCREENING_TIMEOUT_MS = 5_000;

export interface PolicyCommand {
  readonly cmd: string;
  /** Empty: the sandbox's own, which is bash or sh. */
  readonly shell?: string;
  readonly workdir: string;
}

interface CommandPolicyOptions {
  readonly clock: Clock;
  /** What the thread may take for one command, milliseconds. */
  readonly commandTimeoutMs?: number;
}

/**
 * Decides about commands and screens what the model wrote, in a thread of its own. A tripwire: the container is the
 * boundary. Whatever goes wrong here refuses the command and reports the patch as unscreened.
 */
export class CommandPolicy implements AsyncDisposable {
  readonly #lane: ThreadLane;
  readonly #commandTimeoutMs: number;

  private constructor({ clock, commandTimeoutMs = COMMAND_TIMEOUT_MS }: CommandPolicyOptions) {
    this.#lane = new ThreadLane(clock);
    this.#commandTimeoutMs = commandTimeoutMs;
  }

  /** Throws `internal_error` where the parsers do not load or a rule breaks its own examples. */
  static async start(options: CommandPolicyOptions, signal: AbortSignal): Promise<CommandPolicy> {
    const policy = new CommandPolicy(options);
    await policy.#lane.start(signal);
    return policy;
  }

  /** Throws only what the signal aborts with, and `internal_error` where the thread cannot start again. */
  async decide(
    command: PolicyCommand,
    context: CommandContext,
    signal: AbortSignal,
  ): Promise<CommandDecision> {
    const { cmd, shell = '' } = command;
    const answer = await this.#lane.ask({ kind: 'command', cmd, shell }, this.#commandTimeoutMs, signal);
    return resolveDecision(answer.kind === 'command' ? answer.findings : [tooSlow(cmd)], context);
  }

  /** Findings in the added lines of a git diff, at most 200. */
  async screenPatch(diff: Uint8Array, signal: AbortSignal): Promise<readonly ScreeningFinding[]> {
    const answer = await this.#lane.ask({ kind: 'patch', diff }, SCREENING_TIMEOUT_MS, signal);
    return answer.kind === 'screened' ? answer.findings : [UNSCREENED];
  }

  /** Findings in what a file holds that it did not hold before, at most 200. */
  async screenFile(file: ScreenedFile, signal: AbortSignal): Promise<readonly ScreeningFinding[]> {
    const answer = await this.#lane.ask({ kind: 'file', file }, SCREENING_TIMEOUT_MS, signal);
    return answer.kind === 'screened' ? answer.findings : [{ ...UNSCREENED, path: file.path }];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lane[Symbol.asyncDispose]();
  }
}

const tooSlow = (cmd: string): CommandFinding => ({
  rule: 'too_slow',
  class: 'refused',
  domain: 'exec',
  argv: [],
  span: { start: 0, end: cmd.length },
  reason: 'The command could not be read in time.',
  alternative: 'Split it, or put it into a file and run that.',
  hosts: [],
});
