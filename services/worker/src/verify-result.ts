import type { CheckRun, ChecksVerdict } from '@drydock/contracts';
import type { Layer, Sandbox } from '@drydock/core';
import { DrydockError, hasChangeToProve } from '@drydock/core';
import type { DetectedChecks } from '@drydock/verification';
import { compareRuns, inspectPatch } from '@drydock/verification';
import type { Attempt } from './attempt.ts';
import type { EarlyBaseRun } from './early-base-run.ts';
import { runBaseChecks, runChecks } from './run-checks.ts';
import { inSandbox, startSandbox } from './sandbox-scope.ts';

/** What was reproduced without a model. `verified` and `verdict` are null where there is nothing to prove. */
export interface Verification {
  readonly verified: boolean | null;
  readonly verdict: ChecksVerdict | null;
  readonly before: readonly CheckRun[];
  readonly after: readonly CheckRun[];
}

interface VerificationRequest {
  readonly layer: Layer;
  readonly diff: Uint8Array;
  /** Epoch milliseconds. */
  readonly deadlineAt: number;
  readonly early: Pick<EarlyBaseRun, 'finish'>;
}

const NOTHING_TO_PROVE: Verification = { verified: null, verdict: null, before: [], after: [] };

/**
 * Runs the same checks in two clean containers that never saw a model: on the pristine base, and on base + patch.
 * What to run is detected on the base, so that a patch cannot choose its own judge.
 */
export async function verifyResult(
  attempt: Attempt,
  request: VerificationRequest,
  signal: AbortSignal,
): Promise<Verification> {
  const { kind } = attempt.job.spec;
  if (!hasChangeToProve(attempt.job.spec)) return NOTHING_TO_PROVE;
  const changedPaths = inspectPatch(request.diff).map((file) => file.path);
  const { before, after, namedPaths } = await runBothSides(attempt, request, signal);
  const compared = compareRuns({
    kind,
    patchIsEmpty: request.diff.byteLength === 0,
    before,
    after,
    changedPaths,
    namedPaths,
  });
  for (const warning of compared.warnings) attempt.warn(warning);
  return { verified: compared.verified, verdict: compared.verdict, before, after };
}

/** Both sides at once; when one cannot be run, the other is ended too. */
async function runBothSides(
  attempt: Attempt,
  request: VerificationRequest,
  signal: AbortSignal,
): Promise<Pick<Verification, 'before' | 'after'> & Pick<DetectedChecks, 'namedPaths'>> {
  const detected = Promise.withResolvers<DetectedChecks>();
  // Nobody may be waiting for it when it fails; whoever waits is told.
  detected.promise.catch(() => undefined);
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  const fail = (error: unknown): never => {
    detected.reject(error);
    stop.abort(error);
    throw error;
  };
  const [before, after] = await Promise.allSettled([
    runBefore(attempt, { ...request, detected }, both).catch(fail),
    runAfter(attempt, { ...request, checks: detected.promise }, both).catch(fail),
  ]);
  signal.throwIfAborted();
  if (stop.signal.aborted) throw stop.signal.reason;
  if (before.status === 'rejected') throw before.reason;
  if (after.status === 'rejected') throw after.reason;
  const { namedPaths } = await detected.promise;
  return { before: before.value, after: after.value, namedPaths };
}

async function runBefore(
  attempt: Attempt,
  request: VerificationRequest & { detected: PromiseWithResolvers<DetectedChecks> },
  signal: AbortSignal,
): Promise<readonly CheckRun[]> {
  const { layer, deadlineAt, detected, early } = request;
  const onDetected = (checks: DetectedChecks): void => detected.resolve(checks);
  const runs = await early.finish(onDetected, signal);
  if (runs !== undefined) return runs;
  signal.throwIfAborted();
  await using scope = await startSandbox(attempt, { role: 'verify', deadlineAt }, signal);
  const { sandbox } = scope;
  const base = { sandbox, layer, deadlineAt, onDetected };
  return await inSandbox(attempt, sandbox, () => runBaseChecks(attempt, base, signal));
}

async function runAfter(
  attempt: Attempt,
  request: VerificationRequest & { checks: Promise<DetectedChecks> },
  signal: AbortSignal,
): Promise<readonly CheckRun[]> {
  await using scope = await startSandbox(attempt, { role: 'verify', deadlineAt: request.deadlineAt }, signal);
  const { sandbox } = scope;
  return await inSandbox(attempt, sandbox, async () => {
    await sandbox.mountWorkspace(request.layer, 'read_write', signal);
    await applyDiff(sandbox, request.diff, signal);
    const checks = await request.checks;
    return runChecks(attempt, { sandbox, checks, deadlineAt: request.deadlineAt }, signal);
  });
}

async function applyDiff(sandbox: Sandbox, diff: Uint8Array, signal: AbortSignal): Promise<void> {
  if (diff.byteLength === 0) return;
  const applied = await sandbox.applyDiff(diff, signal);
  if (applied.kind === 'mismatch') {
    throw new DrydockError('patch_rejected', {
      message: `The patch does not apply to the base: ${applied.message}`,
    });
  }
}
