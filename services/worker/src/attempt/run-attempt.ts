import type { JobRecord, JobRunMessage, Submission } from '@drydock/contracts';
import type { Layer, Outcome, TerminalState } from '@drydock/core';
import { DrydockError, toDrydockError, toError, toJobState } from '@drydock/core';
import { AttemptDeadline } from './attempt-deadline.ts';
import { Attempt } from './attempt.ts';
import { commitAttempt } from './commit-attempt.ts';
import type { Ending } from './commit-attempt.ts';
import type { WorkerDeps } from '../deps.ts';
import { EarlyBaseRun } from './early-base-run.ts';
import { Interrupted, findInterruption, isLeaseLost } from './interruption.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import { findPrivilegedInstruction } from '../gate/privileged-instruction.ts';
import { prepareLayer } from './prepare-layer.ts';
import type { AttemptOutcome } from '../metrics.ts';
import { openRecording } from '../replay/open-recording.ts';
import { findResumePoint } from '../saving/resume-point.ts';
import type { AgentStage } from '../agent/run-agent-stage.ts';
import { runAgentStage } from '../agent/run-agent-stage.ts';
import { endOlderAttempts } from './sandbox-scope.ts';
import { enterSafeMode } from '../gate/safe-mode.ts';
import { verifyResult } from '../proof/verify-result.ts';

/**
 * One attempt, from the claim to the commit. A message that says something old is answered by a refused claim; an attempt
 * that lost its lease ends without a word, because the job belongs to somebody else by then.
 */
export async function runAttempt(
  deps: WorkerDeps,
  message: JobRunMessage,
  shutdown: AbortSignal,
): Promise<void> {
  const { store, cancellations, workerId, leaseMs, clock } = deps;
  const claim = await store.claim({ ...message, workerId, leaseMs });
  if (claim.kind === 'refused') {
    deps.log.info('claim.refused', { jobId: message.jobId, reason: claim.reason });
    return;
  }
  const { lease } = claim;
  const parent = shutdown;
  await using keeper = new LeaseKeeper({ store, cancellations, clock, lease, leaseMs, parent });
  const attempt = new Attempt(deps, claim, (error) => keeper.interrupt(new Interrupted('lease_lost', error)));
  await using _ = attempt.teardown;
  warnOfUncapped(attempt);
  deps.metrics.attemptStarted(secondsQueued(claim.job));
  let outcome: AttemptOutcome = 'broken';
  try {
    const ending = await conclude(attempt, keeper);
    const to = await commitAttempt(attempt, ending);
    outcome = 'committed';
    deps.log.info('attempt.committed', { jobId: lease.jobId, to });
  } catch (error) {
    if (!isAbandoned(error, keeper.signal)) throw error;
    outcome = toAbandonment(keeper.signal);
    deps.log.warn('attempt.abandoned', { jobId: lease.jobId, err: error });
  } finally {
    deps.metrics.attemptEnded(outcome);
  }
}

/** Said of every job: what it came to was not held to these limits. */
function warnOfUncapped(attempt: Attempt): void {
  const { uncapped } = attempt.deps;
  if (uncapped.length === 0) return;
  const caps = new Intl.ListFormat('en').format(uncapped);
  attempt.warn({
    code: 'sandbox_uncapped',
    message: `The engine of this worker cannot cap the ${caps} of a sandbox; its operator allowed that.`,
  });
}

/** How long a job waited for its first attempt, by the store's own clock. */
function secondsQueued({ attempt, createdAt, startedAt }: JobRecord): number | undefined {
  if (attempt !== 1 || startedAt === null) return undefined;
  return (Date.parse(startedAt) - Date.parse(createdAt)) / 1_000;
}

/** Whether the attempt is no longer this worker's: nothing may be written, and nothing went wrong here. */
function isAbandoned(error: unknown, signal: AbortSignal): boolean {
  const interruption = findInterruption(signal);
  return isLeaseLost(error) || ABANDONED.has(interruption);
}

const ABANDONED: ReadonlySet<unknown> = new Set(['lease_lost', 'released', 'shutdown']);

function toAbandonment(signal: AbortSignal): Extract<AttemptOutcome, 'lease_lost' | 'released' | 'shutdown'> {
  const interruption = findInterruption(signal);
  return interruption === 'shutdown' || interruption === 'released' ? interruption : 'lease_lost';
}

/** Runs the attempt's parts in order; every ending is a value, with the patch so far. */
async function conclude(attempt: Attempt, keeper: LeaseKeeper): Promise<Ending> {
  const kept = keeper.signal;
  const timeoutMs = attempt.job.spec.limits.timeout_seconds * 1_000;
  using deadline = new AttemptDeadline(attempt.deps.clock, timeoutMs);
  const signal = AbortSignal.any([kept, deadline.signal]);
  const interrupt = (reason: Interrupted): void => keeper.interrupt(reason);
  let stage: AgentStage | undefined;
  try {
    await attempt.continueLog();
    attempt.recording = await openRecording(attempt);
    if (attempt.recording === undefined) await findResumePoint(attempt);
    const unsafe = await refuseUnsafe(attempt, signal);
    if (unsafe !== undefined) return toEnding(unsafe, undefined);
    await endOlderAttempts(attempt, signal);
    using layer = await prepareLayer(attempt, signal);
    await using early = new EarlyBaseRun(attempt, { layer, deadlineAt: deadline.at + timeoutMs }, kept);
    const onPlan = (): void => early.begin();
    stage = await runAgentStage(attempt, { layer, deadline, interrupt, onPlan }, signal);
    if (stage.outcome.kind !== 'submitted') return toEnding(stage.outcome, stage);
    await attempt.enter('verifying', timeoutMs);
    const verifying = AbortSignal.any([kept, AbortSignal.timeout(timeoutMs)]);
    const { submission } = stage.outcome;
    return await proveSubmission(attempt, { stage, submission, layer, timeoutMs, early }, verifying);
  } catch (error) {
    return toEnding(outcomeOfError(error, signal), stage);
  }
}

/** Tier high: an instruction that leads to privileged commands is not begun. */
async function refuseUnsafe(attempt: Attempt, signal: AbortSignal): Promise<Outcome | undefined> {
  const { spec } = attempt.job;
  const approval = spec.tool_use_approval;
  if (spec.tier !== 'high' || (typeof approval === 'object' && approval.privileged)) return undefined;
  const { policy } = attempt.deps;
  const message = await findPrivilegedInstruction(policy, spec.instruction, signal);
  if (message === undefined) return undefined;
  await attempt.enter('planning');
  return enterSafeMode(attempt, message);
}

interface Proof {
  readonly stage: AgentStage;
  readonly submission: Submission;
  readonly layer: Layer;
  readonly timeoutMs: number;
  readonly early: EarlyBaseRun;
}

async function proveSubmission(
  attempt: Attempt,
  { stage, submission, layer, timeoutMs, early }: Proof,
  signal: AbortSignal,
): Promise<Ending> {
  try {
    const { diff } = stage.patch;
    const deadlineAt = attempt.deps.clock.now() + timeoutMs;
    const verification = await verifyResult(attempt, { layer, diff, deadlineAt, early, submission }, signal);
    return { to: 'succeeded', error: undefined, stage, verification };
  } catch (error) {
    return toEnding(outcomeOfError(error, signal), stage);
  }
}

/** Rethrows when the attempt is not this worker's any more. */
function outcomeOfError(error: unknown, signal: AbortSignal): Outcome {
  const interruption = findInterruption(signal);
  if (interruption === 'timed_out' || interruption === 'cancelled') return { kind: interruption };
  if (interruption !== undefined || isLeaseLost(error)) throw error;
  const { code, message } = toDrydockError(error);
  return { kind: 'failed', code, message };
}

function toEnding(outcome: Outcome, stage: AgentStage | undefined): Ending {
  const state = toJobState(outcome);
  if (state === 'verifying')
    throw new DrydockError('internal_error', { message: 'A submission is not an ending.' });
  const to: TerminalState = state;
  return { to, error: toError(outcome), stage, verification: undefined };
}
