import type { AgentStart, JobRecord } from '@drydock/contracts';
import type { CapturedPatch, Layer, Outcome, Sandbox } from '@drydock/core';
import { toDrydockError } from '@drydock/core';
import type { Attempt } from './attempt.ts';
import { resultSoFar } from './commit-attempt.ts';
import { findInterruption } from './interruption.ts';
import { startSandbox } from './sandbox-scope.ts';
import { serveAgent } from './serve-agent.ts';
import { Toolbox } from './toolbox.ts';
import { TurnSaver } from './turn-saver.ts';

/** The monitor kills a sandbox 5 s after its deadline, and a cancelled one is gone by then: the patch is out first. */
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
  const toolbox = createToolbox(attempt, { sandbox, deadlineAt: context.deadlineAt });
  const saver = new TurnSaver({
    attempt,
    sandbox,
    toolbox,
    toResult: (patchBytes) => resultSoFar(attempt, { plan: toolbox.plan, patch_bytes: patchBytes }),
  });
  const outcome = await settle(() => serve(attempt, { sandbox, toolbox, saver }, signal), signal);
  const captured = await capture(attempt, saver, outcome);
  return { ...captured, plan: toolbox.plan };
}

function createToolbox(
  attempt: Attempt,
  { sandbox, deadlineAt }: { sandbox: Sandbox; deadlineAt: number },
): Toolbox {
  return new Toolbox({
    spec: attempt.job.spec,
    sandbox,
    events: attempt.events,
    log: attempt.log,
    clock: attempt.deps.clock,
    deadlineAt,
    onPlan: () => attempt.enter('running'),
    onDecision: (decision) => attempt.deps.metrics.policyDecided(decision),
  });
}

function serve(
  attempt: Attempt,
  { sandbox, toolbox, saver }: { sandbox: Sandbox; toolbox: Toolbox; saver: TurnSaver },
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
      saveTurn: (ended) => saver.save(ended),
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

/** The last state, whatever the end was; where it cannot be captured, what was saved before. */
async function capture(
  attempt: Attempt,
  saver: TurnSaver,
  outcome: Outcome,
): Promise<Omit<AgentStage, 'plan'>> {
  const isInterrupted = outcome.kind === 'timed_out' || outcome.kind === 'cancelled';
  const timeoutMs = isInterrupted ? CAPTURE_AFTER_INTERRUPTION_MS : CAPTURE_MS;
  try {
    const patch = await saver.saveEnd(AbortSignal.timeout(timeoutMs));
    await saver.record();
    return { outcome, patch };
  } catch (cause) {
    const { code, message } = toDrydockError(cause);
    attempt.deps.log.warn('patch.capture_failed', { code, err: cause });
    attempt.warn({ code: 'patch_not_captured', message: `The last changes could not be read: ${message}` });
    // A submission without its patch proves nothing; every other ending stays what it was.
    const ended: Outcome = outcome.kind === 'submitted' ? { kind: 'failed', code, message } : outcome;
    return { outcome: ended, patch: saver.patch ?? NO_PATCH };
  }
}
