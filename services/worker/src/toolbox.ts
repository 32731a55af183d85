import type {
  Checkpoint,
  Observation,
  Plan,
  Stage,
  Submission,
  ToolCall,
  ToolName,
} from '@drydock/contracts';
import {
  ExecCommandArgs,
  PlanUpdate,
  RequestPermissionsArgs,
  Submission as SubmissionSchema,
  Plan as PlanSchema,
  TOOL_ARGUMENTS,
  WriteStdinArgs,
} from '@drydock/contracts';
import type { PolicyDecision, Sandbox } from '@drydock/core';
import { changesFiles, decideToolCall } from '@drydock/core';
import type { JobSpec } from '@drydock/contracts';
import type { AttemptLog } from './attempt-log.ts';
import type { CommandGate } from './command-gate.ts';
import { CommandRunner, WORKDIR } from './command-runner.ts';
import type { CommandRunnerOptions } from './command-runner.ts';
import type { EventSink } from './event-sink.ts';
import type { JobEgress } from './job-egress.ts';
import type { Slice } from './slice.ts';
import { markUntrusted } from './untrusted-output.ts';

/** Tools after which the workspace may be another. */
const WRITING_TOOLS: ReadonlySet<ToolName> = new Set(['exec_command', 'write_stdin', 'apply_patch']);

interface ToolboxOptions {
  readonly spec: Pick<JobSpec, 'kind' | 'tools'>;
  readonly sandbox: CommandRunnerOptions['sandbox'] & Pick<Sandbox, 'applyPatch' | 'setWorkspaceAccess'>;
  readonly events: EventSink;
  readonly log: AttemptLog;
  readonly clock: CommandRunnerOptions['clock'];
  /** When the attempt has to be over, epoch milliseconds. */
  readonly deadlineAt: number;
  readonly slice: Slice;
  readonly redactor: CommandRunnerOptions['redactor'];
  readonly egress: Pick<JobEgress, 'takeDenials'>;
  readonly gate: Pick<CommandGate, 'admit' | 'admitInput' | 'admitPatch' | 'requestPermissions' | 'safeMode'>;
  /** Where the attempt goes on; absent: at the beginning. */
  readonly resumed?: Pick<Checkpoint, 'stage' | 'plan' | 'submission'> | undefined;
  /** Called when the plan is accepted, before the workspace of a job that changes files becomes writable. */
  readonly onPlan: () => Promise<void>;
  readonly onDecision: (decision: Pick<PolicyDecision, 'verdict' | 'reason'>) => void;
}

type Refusal = Extract<Observation, { kind: 'refused' }>;

const refused = (reason: string, message: string): Refusal => ({ kind: 'refused', reason, message });

/** Not run with pipes in silence: a program that asks for a terminal does other things without one. */
const NO_TERMINAL: Refusal = {
  kind: 'refused',
  reason: 'no_terminal',
  message:
    'There is no terminal here: programs see pipes. Call it again without tty; set keep_stdin_open to true to write to its stdin with write_stdin.',
};

/**
 * Carries out the tool calls of one attempt: decides, records, then acts. The agent process asks; nothing it says can
 * change what is decided here.
 */
export class Toolbox {
  readonly #options: ToolboxOptions;
  readonly #commands: CommandRunner;
  #stage: Stage;
  #plan: Plan | null;
  #submission: Submission | undefined;
  #mayHaveWritten = false;
  #isWritable = false;

  constructor(options: ToolboxOptions) {
    const { resumed } = options;
    this.#options = options;
    this.#stage = resumed?.stage ?? 'planning';
    this.#plan = resumed?.plan ?? null;
    this.#submission = resumed?.submission ?? undefined;
    this.#commands = new CommandRunner(options);
  }

  get stage(): Stage {
    return this.#stage;
  }

  get plan(): Plan | null {
    return this.#plan;
  }

  get submission(): Submission | undefined {
    return this.#submission;
  }

  /** Whether something may have been written to the workspace since this was asked; while it is read-only nothing can. */
  takeMayHaveWritten(): boolean {
    const mayHaveWritten = this.#mayHaveWritten || (this.#isWritable && this.#commands.isBusy);
    this.#mayHaveWritten = false;
    return mayHaveWritten;
  }

  /** Whether the tool calls of a turn took longer than they may: the job is to end where it is. */
  get isSliceOver(): boolean {
    return this.#options.slice.isOver;
  }

  /** Why nothing more is carried out, in tier `high`; undefined while that is not so. */
  get safeMode(): string | undefined {
    return this.#options.gate.safeMode;
  }

  /** The model has answered: what it asks for is a turn of its own. */
  startTurn(): void {
    this.#options.slice.startTurn();
  }

  /** What the call came to. Throws only when the sandbox or the store is gone. */
  async run(call: ToolCall, signal: AbortSignal): Promise<Observation> {
    const { spec, onDecision, slice } = this.#options;
    if (this.safeMode !== undefined) return refused('safe_mode', 'The job ends here, in safe mode.');
    if (slice.isOver) return refused('slice_ended', `The calls of this turn took ${slice.seconds} seconds.`);
    const decision = decideToolCall(call, { kind: spec.kind, stage: this.#stage, listed: spec.tools });
    onDecision(decision);
    if (decision.verdict === 'deny') return this.#refuse(call, refused(decision.reason, decision.message));
    const input = parseInput(decision.tool, call);
    if (input.kind === 'invalid') return this.#refuse(call, refused('invalid_arguments', input.message));
    // What a command comes to is decided, and told, by the gate.
    if (decision.tool !== 'exec_command') this.#tell(call, decision.verdict, decision.reason);
    return this.#act(decision.tool, { callId: call.callId, input: input.value }, signal);
  }

  #refuse(call: Pick<ToolCall, 'callId' | 'name'>, refusal: Refusal): Observation {
    this.#tell(call, 'deny', refusal.reason);
    return refusal;
  }

  #tell(
    { callId, name }: Pick<ToolCall, 'callId' | 'name'>,
    verdict: PolicyDecision['verdict'],
    reason: string,
  ): void {
    const data = { call_id: callId, tool: name.slice(0, 100), verdict, reason };
    this.#options.events.emit({ type: 'policy.decided', data });
  }

  async #act(
    tool: ToolName,
    call: { callId: string; input: unknown },
    signal: AbortSignal,
  ): Promise<Observation> {
    if (this.#isWritable && WRITING_TOOLS.has(tool)) this.#mayHaveWritten = true;
    switch (tool) {
      case 'exec_command':
        return this.#exec(call.callId, ExecCommandArgs.parse(call.input), signal);
      case 'write_stdin':
        return this.#writeStdin(call.callId, WriteStdinArgs.parse(call.input), signal);
      case 'apply_patch':
        return this.#applyPatch(call.callId, String(call.input), signal);
      case 'request_permissions':
        return this.#options.gate.requestPermissions(
          call.callId,
          RequestPermissionsArgs.parse(call.input),
          signal,
        );
      case 'update_plan':
        return this.#updatePlan(PlanUpdate.parse(call.input));
      case 'submit_plan':
        return this.#acceptPlan(PlanSchema.parse(call.input), signal);
      case 'submit':
        this.#submission = SubmissionSchema.parse(call.input);
        return { kind: 'submission_accepted' };
    }
  }

  /** The time that a person takes to decide is none of the slice's. */
  async #exec(callId: string, args: ExecCommandArgs, signal: AbortSignal): Promise<Observation> {
    // Nobody is asked about what would not be run.
    if (args.tty === true) return this.#refuse({ callId, name: 'exec_command' }, NO_TERMINAL);
    const { gate, slice } = this.#options;
    const workdir = args.workdir ?? WORKDIR;
    const call = { callId, tool: 'exec_command', cmd: args.cmd, workdir };
    const admission = await gate.admit(call, args, signal);
    if (admission.kind === 'refused') return admission.observation;
    const { env, end } = admission;
    return this.#note(callId, () =>
      slice.spend(() => this.#commands.exec(callId, args, { env, end, signal })),
    );
  }

  async #writeStdin(callId: string, args: WriteStdinArgs, signal: AbortSignal): Promise<Observation> {
    const { gate, slice } = this.#options;
    const call = { callId, tool: 'write_stdin', cmd: args.chars, workdir: WORKDIR };
    const refusal = await gate.admitInput(call, signal);
    return refusal ?? this.#note(callId, () => slice.spend(() => this.#commands.writeStdin(args, signal)));
  }

  /** Adds what the platform has to say: connections that were refused meanwhile, output that is not to be obeyed. */
  async #note(callId: string, run: () => Promise<Observation>): Promise<Observation> {
    const { egress, events } = this.#options;
    const observation = markUntrusted(await run(), callId, (event) => events.emit(event));
    const denials = egress.takeDenials();
    if (observation.kind !== 'command' || denials.length === 0) return observation;
    return { ...observation, notices: [...(observation.notices ?? []), ...denials] };
  }

  async #applyPatch(callId: string, patch: string, signal: AbortSignal): Promise<Observation> {
    const { sandbox, events, log, gate, slice } = this.#options;
    const refusal = await gate.admitPatch(callId, patch, signal);
    if (refusal !== undefined) return refusal;
    const applied = await slice.spend(() => sandbox.applyPatch(patch, signal));
    if (applied.kind === 'mismatch') return refused('patch_mismatch', applied.message);
    for (const change of applied.changes) {
      events.emit({ type: 'file.changed', data: change });
      log.append(`${change.kind} ${change.path}`);
    }
    return { kind: 'patch_applied', changes: [...applied.changes] };
  }

  #updatePlan(update: PlanUpdate): Observation {
    const { plan: steps, explanation } = update;
    this.#options.events.emit({
      type: 'plan.updated',
      data: explanation === undefined ? { steps } : { steps, explanation },
    });
    return { kind: 'plan_updated' };
  }

  async #acceptPlan(plan: Plan, signal: AbortSignal): Promise<Observation> {
    const { events, onPlan, sandbox, spec } = this.#options;
    this.#plan = plan;
    const steps = plan.steps.map((step) => ({ step, status: 'pending' as const }));
    events.emit({ type: 'plan.updated', data: { plan, steps } });
    await this.#commands.endSessions(signal);
    await onPlan();
    if (changesFiles(spec.kind)) {
      await sandbox.setWorkspaceAccess('read_write', signal);
      this.#isWritable = true;
    }
    this.#stage = 'running';
    return { kind: 'plan_accepted' };
  }
}

type ParsedInput =
  | { readonly kind: 'valid'; readonly value: unknown }
  | { readonly kind: 'invalid'; readonly message: string };

/** Arguments of a model are untyped until parsed; what is wrong is said so that the model can repair it. */
function parseInput(tool: ToolName, call: ToolCall): ParsedInput {
  const raw =
    call.form === 'freeform' ? { kind: 'valid' as const, value: call.input } : parseJson(call.input);
  if (raw.kind === 'invalid') return raw;
  const parsed = TOOL_ARGUMENTS[tool].safeParse(raw.value);
  if (parsed.success) return { kind: 'valid', value: parsed.data };
  const issues = parsed.error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.join('.') || 'arguments'}: ${issue.message}`);
  return {
    kind: 'invalid',
    message: `The arguments of ${tool} are wrong. ${issues.join('; ')}. Call it again, corrected.`,
  };
}

function parseJson(text: string): ParsedInput {
  try {
    return { kind: 'valid', value: JSON.parse(text) };
  } catch {
    return {
      kind: 'invalid',
      message: 'The arguments are not valid JSON. Call the tool again with one JSON object.',
    };
  }
}
