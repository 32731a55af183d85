import type { AgentStart, JobRecord } from '@drydock/contracts';
import type { CapturedPatch, Layer, Outcome, Sandbox } from '@drydock/core';
import { toDrydockError } from '@drydock/core';
import type { Attempt } from './attempt.ts';
import { findInterruption } from './interruption.ts';
import { startSandbox } from './sandbox-scope.ts';
import { serveAgent } from './serve-agent.ts';
import { Toolbox } from './toolbox.ts';

/** The monitor kills a sandbox 5 s after its deadline: the patch so far has to be out by then. */
const CAPTURE_AFTER_INTERRUPTION_MS = 4_000;
const CAPTURE_MS = 60_000;

export interface AgentStage {
  readonly outcome: Outcome;
  readonly patch: CapturedPatch;
  readonly plan: Toolbox['plan'];
}

/**
 * The agent's part of an attempt: a sandbox, the loop served to its end, and the patch so far whatever the end was.
 * Throws only when this worker may not go on: lease lost, or shutting down.
 */
export async function runAgentStage(
  attempt: Attempt,
  context: { layer: Layer; deadlineAt: number },
  signal: AbortSignal,
): Promise<AgentStage> {
  await using scope = await startSandbox(attempt, { role: 'agent', deadlineAt: context.deadlineAt }, signal);
  const { sandbox } = scope;
  await sandbox.mountWorkspace(context.layer, 'read_only', signal);
  await attempt.enter('planning');
  const toolbox = createToolbox(attempt, sandbox);
  const outcome = await settle(() => serve(attempt, { sandbox, toolbox }, signal), signal);
  const captured = await capture(attempt, sandbox, outcome);
  return { ...captured, plan: toolbox.plan };
}

function createToolbox(attempt: Attempt, sandbox: Sandbox): Toolbox {
  return new Toolbox({
    spec: attempt.job.spec,
    sandbox,
    events: attempt.events,
    log: attempt.log,
    onPlan: () => attempt.enter('running'),
    onDecision: (verdict) => attempt.deps.metrics.policyDecided(verdict),
  });
}

function serve(
  attempt: Attempt,
  { sandbox, toolbox }: { sandbox: Sandbox; toolbox: Toolbox },
  signal: AbortSignal,
): Promise<Outcome> {
  const { deps, job, conversation, budget, events } = attempt;
  return serveAgent(
    {
      start: toAgentStart(job, deps.clock.now()),
      spec: job.spec,
      cacheKey: job.id,
      agent: sandbox.agent,
      models: deps.models,
      conversation,
      toolbox,
      budget,
      events,
      onTurn: (turn) => {
        deps.metrics.turnCharged(turn.usage);
        noteIgnoredTemperature(attempt, turn.temperatureIgnored);
      },
    },
    signal,
  );
}

function toAgentStart({ spec }: JobRecord, nowMs: number): AgentStart {
  const start: AgentStart = {
    kind: spec.kind,
    instruction: spec.instruction,
    tools: [...spec.tools],
    maxTurns: spec.limits.max_turns,
    workdir: '/job/work',
    // The date of the worker's clock: a date is all that the model needs of time. allow wall-clock: formatted, not read
    date: new Date(nowMs).toISOString().slice(0, 10),
  };
  return spec.system_prompt === undefined ? start : { ...start, systemPrompt: spec.system_prompt };
}

/** A warning only where the caller asked for a temperature: the default is not worth one. */
function noteIgnoredTemperature(attempt: Attempt, ignored: boolean): void {
  const { model, temperature } = attempt.job.spec;
  if (!ignored || temperature === undefined) return;
  if (attempt.warnings.some((warning) => warning.code === 'temperature_ignored')) return;
  attempt.warn({
    code: 'temperature_ignored',
    message: `The model ${model} takes no temperature; it was not sent.`,
  });
}

/** Turns what ended the loop into an outcome; rethrows where no outcome may be written any more. */
async function settle(loop: () => Promise<Outcome>, signal: AbortSignal): Promise<Outcome> {
  try {
    return await loop();
  } catch (error) {
    const interruption = findInterruption(signal);
    if (interruption === 'timed_out' || interruption === 'cancelled') return { kind: interruption };
    if (interruption !== undefined) throw signal.reason;
    const { code, message } = toDrydockError(error);
    return { kind: 'failed', code, message };
  }
}

const NO_PATCH: CapturedPatch = { diff: new Uint8Array(), leftOut: [] };

async function capture(
  attempt: Attempt,
  sandbox: Sandbox,
  outcome: Outcome,
): Promise<Omit<AgentStage, 'plan'>> {
  const timeoutMs = outcome.kind === 'timed_out' ? CAPTURE_AFTER_INTERRUPTION_MS : CAPTURE_MS;
  try {
    return { outcome, patch: await sandbox.capturePatch(AbortSignal.timeout(timeoutMs)) };
  } catch (cause) {
    const { code, message } = toDrydockError(cause);
    attempt.deps.log.warn('patch.capture_failed', { code, err: cause });
    attempt.warn({ code: 'patch_not_captured', message: `The changes could not be read: ${message}` });
    // A submission without its patch proves nothing; every other ending stays what it was.
    const ended: Outcome = outcome.kind === 'submitted' ? { kind: 'failed', code, message } : outcome;
    return { outcome: ended, patch: NO_PATCH };
  }
}
