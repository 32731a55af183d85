import type { CheckRun } from '@drydock/contracts';
import type { Layer, Sandbox } from '@drydock/core';
import type { DetectedChecks } from '@drydock/verification';
import { detectChecks, gatherRepoFacts, runCheck } from '@drydock/verification';
import type { Attempt } from '../attempt/attempt.ts';

export interface CheckPlace {
  readonly sandbox: Sandbox;
  /** Epoch milliseconds. */
  readonly deadlineAt: number;
}

interface BaseRun extends CheckPlace {
  readonly layer: Layer;
  /** Told before the first of them runs. */
  readonly onDetected: (checks: DetectedChecks) => void;
}

/** Detects the checks on the pristine base and runs them there, in a sandbox that has no workspace yet. */
export async function runBaseChecks(
  attempt: Attempt,
  { sandbox, layer, deadlineAt, onDetected }: BaseRun,
  signal: AbortSignal,
): Promise<readonly CheckRun[]> {
  await sandbox.mountWorkspace(layer, 'read_write', signal);
  const checks = detectChecks(await gatherRepoFacts(sandbox, signal), attempt.job.spec.checks);
  onDetected(checks);
  return runChecks(attempt, { sandbox, checks, deadlineAt }, signal);
}

/** One check after the other: they share a workspace, and some write into it. */
export async function runChecks(
  attempt: Attempt,
  { sandbox, checks, deadlineAt }: CheckPlace & { readonly checks: DetectedChecks },
  signal: AbortSignal,
): Promise<readonly CheckRun[]> {
  const runs: CheckRun[] = [];
  for (const check of [...checks.test, ...checks.lint]) {
    const timeoutMs = Math.max(1, deadlineAt - attempt.deps.clock.now());
    runs.push(await runCheck(sandbox, check, { timeoutMs }, signal));
  }
  return runs;
}
