import type { CheckRun, Mutation, MutationRun } from '@drydock/contracts';
import type { Layer } from '@drydock/core';
import { toDrydockError } from '@drydock/core';
import type { DetectedChecks } from '@drydock/verification';
import { judgeMutation } from '@drydock/verification';
import { applyDiff } from './apply-diff.ts';
import type { Attempt } from '../attempt/attempt.ts';
import { runChecks } from './run-checks.ts';
import type { ScopedSandbox } from '../attempt/sandbox-scope.ts';
import { inSandbox, startSandbox, startSpareSandbox } from '../attempt/sandbox-scope.ts';
import type { MutationJudge } from '../submission/prepare-mutation.ts';
import { prepareMutation } from '../submission/prepare-mutation.ts';

/** Kept of the verification's time for what comes after it. */
const RESERVE_MS = 5_000;
/** How long the tests may take with a mutation: a loop without end is no answer. */
const SLACK_MS = 10_000;
const SLOWDOWN = 5;

interface MutationProof {
  readonly layer: Layer;
  readonly diff: Uint8Array;
  readonly mutations: readonly Mutation[];
  readonly checks: DetectedChecks;
  readonly judge: MutationJudge;
  /** Of all checks, on both sides. */
  readonly before: readonly CheckRun[];
  readonly after: readonly CheckRun[];
  readonly changedPaths: readonly string[];
  /** Epoch milliseconds: when the verification has to be over. */
  readonly deadlineAt: number;
}

/** What came of each mutation, and why the others were not run, in words. */
export interface ProvenMutations {
  readonly runs: readonly MutationRun[];
  readonly notRun: readonly string[];
}

type Tried = { readonly run: MutationRun } | { readonly notRun: string };

/**
 * Puts each mutation into a clean container of its own, on top of base and patch, and runs the tests there. One after
 * the other, and beside that in a sandbox that nobody else needs. What goes wrong with one is told and ends nothing.
 */
export async function proveMutations(
  attempt: Attempt,
  proof: MutationProof,
  signal: AbortSignal,
): Promise<ProvenMutations> {
  const { clock } = attempt.deps;
  const deadlineAt = proof.deadlineAt - RESERVE_MS;
  const inTime = AbortSignal.any([signal, AbortSignal.timeout(Math.max(1, deadlineAt - clock.now()))]);
  const waiting = [...proof.mutations];
  const tried = new Map<Mutation, Tried>();
  const place = { role: 'verify', deadlineAt } as const;
  const lane = async (start: () => Promise<ScopedSandbox | undefined>): Promise<void> => {
    // Every pass takes one away, or is the last.
    while (waiting.length > 0) {
      await using scope = await start();
      if (scope === undefined) return;
      const mutation = waiting.shift();
      if (mutation === undefined) return;
      const one = { ...proof, mutation, scope, deadlineAt };
      tried.set(mutation, await tryMutation(attempt, one, inTime));
    }
  };
  const lanes = await Promise.allSettled([
    lane(() => startSandbox(attempt, place, inTime)),
    lane(() => startSpareSandbox(attempt, place, inTime)),
  ]);
  signal.throwIfAborted();
  const failed = lanes.find((ended) => ended.status === 'rejected');
  const reason = explain(failed?.reason, inTime);
  const all = proof.mutations.map((one) => tried.get(one) ?? { notRun: `${one.path}: ${reason}` });
  return {
    runs: all.flatMap((one) => ('run' in one ? [one.run] : [])),
    notRun: all.flatMap((one) => ('notRun' in one ? [one.notRun] : [])),
  };
}

interface OneMutation extends MutationProof {
  readonly mutation: Mutation;
  readonly scope: ScopedSandbox;
}

async function tryMutation(attempt: Attempt, one: OneMutation, signal: AbortSignal): Promise<Tried> {
  const { path } = one.mutation;
  try {
    return await inSandbox(attempt, one.scope.sandbox, () => runMutated(attempt, one, signal));
  } catch (err) {
    // With the mutation the code may do anything to its container: that proves nothing, and is not the job's end.
    attempt.deps.log.info('mutation.not_run', { jobId: attempt.job.id, err });
    return { notRun: `${path}: ${explain(err, signal)}` };
  }
}

async function runMutated(attempt: Attempt, one: OneMutation, signal: AbortSignal): Promise<Tried> {
  const { mutation, layer, diff, checks, judge, deadlineAt } = one;
  const { sandbox } = one.scope;
  const { path } = mutation;
  await sandbox.mountWorkspace(layer, 'read_write', signal);
  await applyDiff(sandbox, diff, signal);
  const prepared = await prepareMutation(sandbox, { mutation, judge }, signal);
  if (prepared.kind === 'fault') return { notRun: `${path} ${prepared.reason}` };
  await applyDiff(sandbox, Buffer.from(prepared.diff), signal);
  const { before, after } = onlyTests(one);
  // Whole milliseconds: the durations are measured in parts of them.
  const usualMs = Math.ceil(after.reduce((total, run) => total + run.duration_ms, 0));
  const until = Math.min(deadlineAt, attempt.deps.clock.now() + SLACK_MS + SLOWDOWN * usualMs);
  const tests = { ...checks, lint: [] };
  const mutated = await runChecks(attempt, { sandbox, checks: tests, deadlineAt: until }, signal);
  if (mutated.some(hasNoEnd)) return { notRun: `${path}: the tests did not come to an end with it` };
  const judged = judgeMutation({ before, after, mutated, changedPaths: one.changedPaths });
  return { run: { path, line: prepared.line, ...judged } };
}

/** Stopped at its time, or killed: what it says is not all. */
const hasNoEnd = (run: CheckRun): boolean => run.timed_out || run.exit_code === null;

const explain = (error: unknown, inTime: AbortSignal): string =>
  inTime.aborted ? 'there was no time left' : toDrydockError(error).message;

function onlyTests({ before, after }: Pick<MutationProof, 'before' | 'after'>) {
  const isTest = (run: CheckRun): boolean => run.kind === 'test';
  return { before: before.filter(isTest), after: after.filter(isTest) };
}
