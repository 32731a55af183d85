import type {
  ArtifactName,
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
import type { Clock, PolicyDecision, Sandbox } from '@drydock/core';
import { TOOL_RULES, decideToolCall } from '@drydock/core';
import type { AttemptLog } from '../attempt/attempt-log.ts';
import type { CommandGate } from '../gate/command-gate.ts';
import type { EventSink } from '../attempt/event-sink.ts';
import type { Inbox } from '../conversation/inbox.ts';
import type { JobEgress } from '../gate/job-egress.ts';
import { LoopWatch } from '../conversation/loop-watch.ts';
import type { SubmissionDesk } from '../submission/submission-desk.ts';
import { CheckRunner } from './check-runner.ts';
import { CommandRunner } from './command-runner.ts';
import type { CommandRunnerOptions } from './command-runner.ts';
import { createEditTools } from './edit-tools.ts';
import { createImageTools } from './image-tools.ts';
import { findPatchCommand } from './find-patch-command.ts';
import type { PatchCommand } from './find-patch-command.ts';
import { parseArguments } from './parse-arguments.ts';
import { createLintTools } from './lint-tools.ts';
import { createPlanTools } from './plan-tools.ts';
import { createRepoTools } from './repo-tools.ts';
import { Servers } from './servers.ts';
import { createServerTools } from './server-tools.ts';
import { createShellTools } from './shell-tools.ts';
import type { Slice } from './slice.ts';
import { StageProgress } from './stage-progress.ts';
import { createTestTools } from './test-tools.ts';
import { ToolPrograms } from './tool-programs.ts';
import { createWebTools } from './web-tools.ts';
import type { ToolCallContext, ToolSet } from './tool-set.ts';
import { refused } from './tool-set.ts';

interface ToolboxOptions {
  readonly spec: Pick<JobSpec, 'kind' | 'tools' | 'plan_only' | 'checks'>;
  readonly sandbox: CommandRunnerOptions['sandbox'] &
    Pick<Sandbox, 'applyPatch' | 'setWorkspaceAccess' | 'readFile' | 'listDir'>;
  readonly events: EventSink;
  readonly log: AttemptLog;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  /** When the attempt has to be over, epoch milliseconds. */
  readonly deadlineAt: number;
  readonly slice: Slice;
  readonly redactor: CommandRunnerOptions['redactor'];
  readonly egress: Pick<JobEgress, 'takeDenials'>;
  readonly gate: Pick<
    CommandGate,
    'admit' | 'admitInput' | 'admitPatch' | 'admitPlan' | 'requestPermissions' | 'safeMode'
  >;
  readonly inbox: Pick<Inbox, 'close'>;
  readonly desk: Pick<SubmissionDesk, 'admit'>;
  /** Stores an artifact of the job. */
  readonly keep: (name: ArtifactName, bytes: Uint8Array) => Promise<void>;
  /** Where the attempt goes on; absent: at the beginning. */
  readonly resumed?: Pick<Checkpoint, 'stage' | 'plan' | 'submission'> | undefined;
  /** Called when the plan is accepted, before the workspace of a job that changes files becomes writable. */
  readonly onPlan: () => Promise<void>;
  /** Takes the image that the output of a call shows. */
  readonly onImage: (callId: string, image: ToolImage) => void;
  readonly onDecision: (decision: Pick<PolicyDecision, 'verdict' | 'reason'>) => void;
}

const BARE_PATCH =
  "That is a patch, not a shell command, and nothing was changed. Call apply_patch with it, or run apply_patch <<'EOF' with the patch as its lines.";

/** Decided, and told, where the command is known in full. */
const TOLD_BY_GATE: ReadonlySet<ToolName> = new Set([
  'exec_command',
  'run_tests',
  'run_linter',
  'server_start',
  'web_open',
  'web_follow',
]);

/**
 * Carries out the tool calls of one attempt: decides, records, then acts. The agent process asks; nothing it says can
 * change what is decided here.
 */
export class Toolbox {
  readonly #options: ToolboxOptions;
  readonly #commands: CommandRunner;
  readonly #progress: StageProgress;
  readonly #tools: ToolSet;
  readonly #loops = new LoopWatch();
  #notes: string[] = [];
  #stuck: string | undefined;
  readonly #servers: Servers;
  #mayHaveWritten = false;

  constructor(options: ToolboxOptions) {
    this.#options = options;
    this.#progress = new StageProgress(options.spec, options.resumed);
    this.#commands = new CommandRunner(options);
    const parts = { progress: this.#progress, commands: this.#commands };
    const programs = new ToolPrograms(options);
    this.#servers = new Servers(options, programs);
    const checks = new CheckRunner(options, programs);
    this.#tools = {
      ...createShellTools({ ...options, ...parts }),
      ...createEditTools(options),
      ...createImageTools(options),
      ...createRepoTools(programs),
      ...createTestTools(options, { programs, checks }),
      ...createLintTools(options.spec, { programs, checks }),
      ...createServerTools({ programs, servers: this.#servers }),
      ...createWebTools(options.gate, programs),
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
    const mayHaveWritten =
      this.#mayHaveWritten || (this.#progress.isWritable && (this.#commands.isBusy || this.#servers.isBusy));
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

  /** Why nothing would come of more turns; undefined while that is not so. */
  get stuck(): string | undefined {
    return this.#stuck;
  }

  /** What is to be told to the model before its next turn, since this was asked. */
  takeNotes(): readonly string[] {
    const notes = this.#notes;
    this.#notes = [];
    return notes;
  }

  /** The model has answered: what it asks for is a turn of its own. */
  startTurn(): void {
    this.#options.slice.startTurn();
  }

  /** What the call came to. Throws only when the sandbox or the store is gone. */
  async run(call: ToolCall, signal: AbortSignal): Promise<Observation> {
    const observation = await this.#run(call, signal);
    const verdict = this.#loops.note(call, observation);
    if (verdict.kind === 'repeated') this.#notes.push(verdict.message);
    if (verdict.kind === 'stuck') this.#stuck ??= verdict.message;
    return observation;
  }

  async #run(call: ToolCall, signal: AbortSignal): Promise<Observation> {
    const { slice } = this.#options;
    if (this.safeMode !== undefined) return refused('safe_mode', 'The job ends here, in safe mode.');
    if (slice.isOver) return refused('slice_ended', `The calls of this turn took ${slice.seconds} seconds.`);
    const decision = this.#decide(call);
    if (decision.verdict === 'deny') return this.#refuse(call, decision.reason, decision.message);
    const { tool } = decision;
    const args = parseArguments(tool, call);
    if (args.kind === 'invalid') return this.#refuse(call, 'invalid_arguments', args.message);
    const context = { callId: call.callId, signal };
    const patch = tool === 'exec_command' ? findPatchCommand(args.value as ExecCommandArgs) : undefined;
    if (patch !== undefined) return this.#applyCommand(patch, context);
    if (!TOLD_BY_GATE.has(tool)) this.#tell(call, decision.verdict, decision.reason);
    return this.#act(tool, args.value, context);
  }

  /** A patch in a shell command is decided, told and carried out as the patch that it is. */
  async #applyCommand(patch: PatchCommand, context: ToolCallContext): Promise<Observation> {
    const { form } = TOOL_RULES.apply_patch;
    const call = { callId: context.callId, name: 'apply_patch', form };
    if (patch.kind === 'bare') return this.#refuse(call, 'patch_as_script', BARE_PATCH);
    const decision = this.#decide(call);
    if (decision.verdict === 'deny') return this.#refuse(call, decision.reason, decision.message);
    this.#tell(call, decision.verdict, decision.reason);
    return this.#act('apply_patch', patch.call, context);
  }

  #decide(call: Omit<ToolCall, 'input'>): PolicyDecision {
    const { spec, onDecision } = this.#options;
    const context = { kind: spec.kind, stage: this.stage, listed: spec.tools };
    const decision = decideToolCall(call, context);
    onDecision(decision);
    return decision;
  }

  #refuse(call: Omit<ToolCall, 'input'>, reason: string, message: string): Observation {
    this.#tell(call, 'deny', reason);
    return refused(reason, message);
  }

  #tell({ callId, name }: Omit<ToolCall, 'input'>, verdict: PolicyDecision['verdict'], reason: string): void {
    const data = { call_id: callId, tool: name.slice(0, 100), verdict, reason };
    this.#options.events.emit({ type: 'policy.decided', data });
  }

  #act(tool: ToolName, args: unknown, call: ToolCallContext): Promise<Observation> {
    if (this.#progress.isWritable && TOOL_RULES[tool].effect !== 'none') this.#mayHaveWritten = true;
    // They were parsed by this very tool's schema, which the table's type cannot follow.
    const run = this.#tools[tool] as (args: unknown, call: ToolCallContext) => Promise<Observation>;
    return run(args, call);
  }
}
