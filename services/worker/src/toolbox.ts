import type { Observation, Plan, Stage, Submission, ToolCall, ToolName } from '@drydock/contracts';
import {
  ExecCommandArgs,
  PlanUpdate,
  Submission as SubmissionSchema,
  Plan as PlanSchema,
  TOOL_ARGUMENTS,
} from '@drydock/contracts';
import type { Sandbox } from '@drydock/core';
import { decideToolCall } from '@drydock/core';
import type { JobSpec } from '@drydock/contracts';
import type { AttemptLog } from './attempt-log.ts';
import type { EventSink } from './event-sink.ts';

const WORKDIR = '/job/work';
/** A command that is still running then is ended; the attempt's own deadline may come first. */
const COMMAND_TIMEOUT_MS = 600_000;
/** 10,000 tokens of about four bytes: what Codex models expect at most of one command. */
const DEFAULT_OUTPUT_TOKENS = 10_000;
/** Times four bytes, times six for the worst JSON escape, still fits in a frame. */
const MAX_OUTPUT_TOKENS = 40_000;
const BYTES_PER_TOKEN = 4;

interface ToolboxOptions {
  readonly spec: Pick<JobSpec, 'tools'>;
  readonly sandbox: Pick<Sandbox, 'exec' | 'applyPatch' | 'setWorkspaceAccess'>;
  readonly events: EventSink;
  readonly log: AttemptLog;
  /** Called when the plan is accepted, before the workspace becomes writable. */
  readonly onPlan: () => Promise<void>;
  readonly onDecision: (verdict: 'allow' | 'deny') => void;
}

const refused = (reason: string, message: string): Observation => ({ kind: 'refused', reason, message });

/**
 * Carries out the tool calls of one attempt: decides, records, then acts. The agent process asks; nothing it says can
 * change what is decided here.
 */
export class Toolbox {
  readonly #options: ToolboxOptions;
  #stage: Stage = 'planning';
  #plan: Plan | null = null;
  #submission: Submission | undefined;

  constructor(options: ToolboxOptions) {
    this.#options = options;
  }

  get plan(): Plan | null {
    return this.#plan;
  }

  get submission(): Submission | undefined {
    return this.#submission;
  }

  /** What the call came to. Throws only when the sandbox or the store is gone. */
  async run(call: ToolCall, signal: AbortSignal): Promise<Observation> {
    const { spec, events, onDecision } = this.#options;
    const decision = decideToolCall(call, { stage: this.#stage, listed: spec.tools });
    onDecision(decision.verdict);
    events.emit({
      type: 'policy.decided',
      data: {
        call_id: call.callId,
        tool: call.name.slice(0, 100),
        verdict: decision.verdict,
        reason: decision.reason,
      },
    });
    if (decision.verdict === 'deny') return refused(decision.reason, decision.message);
    const input = parseInput(decision.tool, call);
    return input.kind === 'invalid'
      ? refused('invalid_arguments', input.message)
      : this.#act(decision.tool, { callId: call.callId, input: input.value }, signal);
  }

  async #act(
    tool: ToolName,
    call: { callId: string; input: unknown },
    signal: AbortSignal,
  ): Promise<Observation> {
    switch (tool) {
      case 'exec_command':
        return this.#exec(call.callId, ExecCommandArgs.parse(call.input), signal);
      case 'apply_patch':
        return this.#applyPatch(String(call.input), signal);
      case 'update_plan':
        return this.#updatePlan(PlanUpdate.parse(call.input));
      case 'submit_plan':
        return this.#acceptPlan(PlanSchema.parse(call.input), signal);
      case 'submit':
        this.#submission = SubmissionSchema.parse(call.input);
        return { kind: 'submission_accepted' };
    }
  }

  async #exec(callId: string, args: ExecCommandArgs, signal: AbortSignal): Promise<Observation> {
    const { sandbox, events, log } = this.#options;
    const workdir = args.workdir ?? WORKDIR;
    const tokens = Math.min(args.max_output_tokens ?? DEFAULT_OUTPUT_TOKENS, MAX_OUTPUT_TOKENS);
    events.emit({ type: 'command.started', data: { call_id: callId, cmd: args.cmd, workdir } });
    const result = await sandbox.exec(
      {
        cmd: args.cmd,
        workdir,
        timeoutMs: COMMAND_TIMEOUT_MS,
        maxOutputBytes: tokens * BYTES_PER_TOKEN,
        onOutput: (text) => events.emit({ type: 'command.output_appended', data: { call_id: callId, text } }),
      },
      signal,
    );
    const { head, tail, totalBytes, ...ended } = result;
    events.emit({
      type: 'command.finished',
      data: {
        call_id: callId,
        exit_code: ended.exitCode,
        signal: ended.signal,
        duration_ms: ended.durationMs,
        timed_out: ended.timedOut,
        output_bytes: totalBytes,
      },
    });
    log.append(`$ ${args.cmd}\n${head}${tail}\n[exit ${ended.exitCode ?? ended.signal}]`);
    return { kind: 'command', ...ended, head, tail };
  }

  async #applyPatch(patch: string, signal: AbortSignal): Promise<Observation> {
    const { sandbox, events, log } = this.#options;
    const applied = await sandbox.applyPatch(patch, signal);
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
    const { events, onPlan, sandbox } = this.#options;
    this.#plan = plan;
    const steps = plan.steps.map((step) => ({ step, status: 'pending' as const }));
    events.emit({ type: 'plan.updated', data: { plan, steps } });
    await onPlan();
    await sandbox.setWorkspaceAccess('read_write', signal);
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
