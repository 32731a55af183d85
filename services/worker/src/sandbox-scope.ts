import type { Sandbox, SandboxRecord } from '@drydock/core';
import type { Attempt } from './attempt.ts';

/** A fallback for the reaper when Redis cannot be asked: well after any deadline of the sandbox's own. */
export const EXPIRY_SLACK_MS = 60_000;

interface SandboxRequest {
  readonly role: SandboxRecord['role'];
  /** Epoch milliseconds: the monitor kills the sandbox soon after. */
  readonly deadlineAt: number;
}

/** A sandbox with its record in the registry; disposing removes both, the record last. */
export interface ScopedSandbox extends AsyncDisposable {
  readonly sandbox: Sandbox;
}

/** Starts a sandbox for an attempt and registers it, so that the monitor and the next attempt can end it. */
export async function startSandbox(
  attempt: Attempt,
  request: SandboxRequest,
  signal: AbortSignal,
): Promise<ScopedSandbox> {
  const { deps, job, lease } = attempt;
  const { limits } = job.spec;
  const startedAt = deps.clock.now();
  const sandbox = await deps.sandboxes.start(
    {
      memoryBytes: limits.memory_mb * 2 ** 20,
      diskBytes: limits.disk_mb * 2 ** 20,
      cpus: limits.cpus,
      expiresAt: request.deadlineAt + EXPIRY_SLACK_MS,
    },
    signal,
  );
  deps.metrics.sandboxStarted(request.role, (deps.clock.now() - startedAt) / 1_000);
  const scope: ScopedSandbox = {
    sandbox,
    [Symbol.asyncDispose]: async () => {
      await sandbox[Symbol.asyncDispose]();
      await deps.registry.remove(sandbox.id);
    },
  };
  try {
    await deps.registry.put({ ...request, sandboxId: sandbox.id, jobId: lease.jobId, fence: lease.fence });
  } catch (error) {
    await scope[Symbol.asyncDispose]();
    throw error;
  }
  return scope;
}

/** Ends what an older attempt of the job left running: older attempts are dead before a new one starts. */
export async function endOlderAttempts(attempt: Attempt, signal: AbortSignal): Promise<void> {
  const { deps, lease } = attempt;
  const records = await deps.registry.list();
  const older = records.filter((record) => record.jobId === lease.jobId && record.fence < lease.fence);
  for (const record of older) {
    await deps.sandboxes.destroy(record.sandboxId, signal);
    await deps.registry.remove(record.sandboxId);
  }
}
