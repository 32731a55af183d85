import type {
  CallForm,
  Checkpoint,
  ExecCommandArgs,
  JobSpec,
  Observation,
  Plan,
  Stage,
  Submission,
  ToolCall,
  ToolImage,
  ToolName,
} from '@drydock/contracts';
import type { PolicyDecision, Sandbox } from '@drydock/core';
import { TOOL_RULES, decideToolCall, findCallForm } from '@drydock/core';
import type { AttemptLog } from '../attempt-log.ts';
import type { CommandGate } from '../command-gate.ts';
import type { EventSink } from '../event-sink.ts';
import type { JobEgress } from '../job-egress.ts';
import { CommandRunner } from './command-runner.ts';
import type { CommandRunnerOptions } from './command-runner.ts';
import { createEditTools } from './edit-tools.ts';
import { createImageTools } from './image-tools.ts';
import { findPatchCommand } from './find-patch-command.ts';
import type { PatchCommand } from './find-patch-command.ts';
import { parseArguments } from './parse-arguments.ts';
import { createPlanTools } from './plan-tools.ts';
import { createShellTools } from './shell-tools.ts';
import type { Slice } from './slice.ts';
import { StageProgress } from './stage-progress.ts';
import type { ToolCallContext, ToolSet } from './tool-set.ts';
import { refused } from './tool-set.ts';

interface ToolboxOptions {
  readonly spec: Pick<JobSpec, 'kind' | 'tools'>;
  readonly sandbox: CommandRunnerOptions['sandbox'] &
    Pick<Sandbox, 'applyPatch' | 'readFile' | 'setWorkspaceAccess'>;
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
  /** How the job's model calls `apply_patch`; absent: as a freeform tool. */
  readonly patchForm?: CallForm | undefined;
  /** Takes the image that the output of a call shows. */
  readonly onImage: (callId: string, image: ToolImage) => void;
  readonly onDecision: (decision: Pick<PolicyDecision, 'verdict' | 'reason'>) => void;
}

const BARE_PATCH = refused(
  'patch_as_script',
  "That is a patch, not a shell command, and nothing was changed. Call apply_patch with it, or run apply_patch <<'EOF' with the patch as its lines.",
);

/** Decided, and told, where the command is known in full. */
const TOLD_BY_GATE: ReadonlySet<ToolName> = new Set(['exec_command']);

/**
 * Carries out the tool calls of one attempt: decides, records, then acts. The agent process asks; nothing it says can
 * change what is decided here.
 */
export class Toolbox {
  readonly #options: ToolboxOptions;
  readonly #commands: CommandRunner;
  readonly #progress: StageProgress;
  readonly #tools: ToolSet;
  #mayHaveWritten = false;

  constructor(options: ToolboxOptions) {
    this.#options = options;
    this.#progress = new StageProgress(options.resumed);
    this.#commands = new CommandRunner(options);
    const parts = { progress: this.#progress, commands: this.#commands };
    this.#tools = {
      ...createShellTools({ ...options, ...parts }),
      ...createEditTools(options),
      ...createImageTools(options),
      ...createPlanTools({ ...options, ...parts }),
    };
  }

  get stage(): Stage {
    return this.#progress.stage;
  }

  get plan(): Plan | null {
    return this.#progress.plan;
  }

  get submission(): Submission | undefined {
    return this.#progress.submission;
  }

  /** Whether something may have been written to the workspace since this was asked; while it is read-only nothing can. */
  takeMayHaveWritten(): boolean {
    const mayHaveWritten = this.#mayHaveWritten || (this.#progress.isWritable && this.#commands.isBusy);
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
    const { slice } = this.#options;
    if (this.safeMode !== undefined) return refused('safe_mode', 'The job ends here, in safe mode.');
    if (slice.isOver) return refused('slice_ended', `The calls of this turn took ${slice.seconds} seconds.`);
    const decision = this.#decide(call);
    if (decision.verdict === 'deny') return refused(decision.reason, decision.message);
    const { tool } = decision;
    const args = parseArguments(tool, call);
    if (args.kind === 'invalid') return refused('invalid_arguments', args.message);
    const context = { callId: call.callId, signal };
    const patch = tool === 'exec_command' ? findPatchCommand(args.value as ExecCommandArgs) : undefined;
    return patch === undefined ? this.#act(tool, args.value, context) : this.#applyCommand(patch, context);
  }

  /** A patch in a shell command is decided, told and carried out as the patch that it is. */
  async #applyCommand(patch: PatchCommand, context: ToolCallContext): Promise<Observation> {
    if (patch.kind === 'bare') return BARE_PATCH;
    const form = findCallForm('apply_patch', this.#options);
    const decision = this.#decide({ callId: context.callId, name: 'apply_patch', form });
    return decision.verdict === 'deny'
      ? refused(decision.reason, decision.message)
      : this.#act('apply_patch', patch.call, context);
  }

  #decide(call: Omit<ToolCall, 'input'>): PolicyDecision {
    const { spec, patchForm } = this.#options;
    const decision = decideToolCall(call, {
      kind: spec.kind,
      stage: this.stage,
      listed: spec.tools,
      patchForm,
    });
    this.#tell(call, decision);
    return decision;
  }

  #tell(call: Omit<ToolCall, 'input'>, decision: PolicyDecision): void {
    this.#options.onDecision(decision);
    if (decision.verdict === 'allow' && TOLD_BY_GATE.has(decision.tool)) return;
    const { verdict, reason } = decision;
    const tool = call.name.slice(0, 100);
    this.#options.events.emit({
      type: 'policy.decided',
      data: { call_id: call.callId, tool, verdict, reason },
    });
  }

  #act(tool: ToolName, args: unknown, call: ToolCallContext): Promise<Observation> {
    if (this.#progress.isWritable && TOOL_RULES[tool].effect !== 'none') this.#mayHaveWritten = true;
    // They were parsed by this very tool's schema, which the table's type cannot follow.
    const run = this.#tools[tool] as (args: unknown, call: ToolCallContext) => Promise<Observation>;
    return run(args, call);
  }
}
