import type { CheckRun, ChecksVerdict, Submission } from '@drydock/contracts';
import type { Layer } from '@drydock/core';
import { hasChangeToProve } from '@drydock/core';
import type { ComparedRuns, DetectedChecks, PatchedFile } from '@drydock/verification';
import { compareClaims, compareRuns, inspectPatch, weighMutations } from '@drydock/verification';
import { applyDiff } from './apply-diff.ts';
import type { Attempt } from '../attempt/attempt.ts';
import type { EarlyBaseRun } from '../attempt/early-base-run.ts';
import { proveMutations } from './prove-mutations.ts';
import { runBaseChecks, runChecks } from './run-checks.ts';
import { inSandbox, startSandbox } from '../attempt/sandbox-scope.ts';

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
  /** What the agent says: it is compared with, and its mutations are tried. */
  readonly submission: Submission;
}

/** Both sides, and what was run on them. */
interface BothSides extends Pick<Verification, 'before' | 'after'> {
  readonly checks: DetectedChecks;
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
  const files = inspectPatch(request.diff);
  const sides = await runBothSides(attempt, request, signal);
  const { before, after } = sides;
  const compared = compareRuns({
    kind,
    patchIsEmpty: request.diff.byteLength === 0,
    before,
    after,
    changedPaths: files.map(({ path }) => path),
    namedPaths: sides.checks.namedPaths,
  });
  const weighed = await weigh(attempt, { ...request, ...sides, files, compared }, signal);
  const { verified, verdict } = weighed;
  const contradictions = compareClaims(request.submission.checks ?? [], { after, verdict });
  for (const warning of [...weighed.warnings, ...contradictions]) attempt.warn(warning);
  return { verified, verdict, before, after };
}

/** Tests that were written have to catch a mutation (ADR 0015); tried only where all else is proven. */
async function weigh(
  attempt: Attempt,
  proof: VerificationRequest & BothSides & { files: readonly PatchedFile[]; compared: ComparedRuns },
  signal: AbortSignal,
): Promise<ComparedRuns> {
  const { files, compared, checks, submission } = proof;
  if (attempt.job.spec.kind !== 'test' || compared.verified !== true) return compared;
  const addedPaths = files.filter(({ kind }) => kind === 'added').map(({ path }) => path);
  const judge = { namedPaths: checks.namedPaths, addedPaths };
  const changedPaths = files.map(({ path }) => path);
  const mutations = submission.mutations ?? [];
  return weighMutations(
    compared,
    await proveMutations(attempt, { ...proof, mutations, judge, changedPaths }, signal),
  );
}

/** Both sides at once; when one cannot be run, the other is ended too. */
async function runBothSides(
  attempt: Attempt,
  request: VerificationRequest,
  signal: AbortSignal,
): Promise<BothSides> {
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
  return { before: before.value, after: after.value, checks: await detected.promise };
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
