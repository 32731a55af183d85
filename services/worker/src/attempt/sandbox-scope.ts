import type { Sandbox, SandboxRecord, SandboxSpec } from '@drydock/core';
import { DrydockError } from '@drydock/core';
import type { Attempt } from './attempt.ts';

/** A fallback for the reaper when Redis cannot be asked: well after any deadline of the sandbox's own. */
export const EXPIRY_SLACK_MS = 60_000;
/** Of what departed, in an error; the event has all of it. */
const MAX_WORDS = 1_000;

interface SandboxRequest {
  readonly role: SandboxRecord['role'];
  /** Epoch milliseconds: the monitor kills the sandbox soon after. */
  readonly deadlineAt: number;
}

/** A sandbox with its record in the registry. Disposing lets both go, the record last; the attempt waits for that, at its end. */
export interface ScopedSandbox extends AsyncDisposable {
  readonly sandbox: Sandbox;
  /** Sets another deadline, epoch milliseconds. */
  live(deadlineAt: number): Promise<void>;
}

/** Starts a sandbox for an attempt and registers it, so that the monitor and the next attempt can end it. */
export async function startSandbox(
  attempt: Attempt,
  request: SandboxRequest,
  signal: AbortSignal,
): Promise<ScopedSandbox> {
  const startedAt = attempt.deps.clock.now();
  const sandbox = await attempt.deps.sandboxes.start(toSpec(attempt, request), signal);
  return register(attempt, { ...request, sandbox, startedAt });
}

/** The same with a sandbox that nobody else needs; undefined where there is none. */
export async function startSpareSandbox(
  attempt: Attempt,
  request: SandboxRequest,
  signal: AbortSignal,
): Promise<ScopedSandbox | undefined> {
  const startedAt = attempt.deps.clock.now();
  const sandbox = await attempt.deps.sandboxes.takeSpare(toSpec(attempt, request), signal);
  return sandbox && register(attempt, { ...request, sandbox, startedAt });
}

function toSpec({ job, deps }: Attempt, { deadlineAt }: SandboxRequest): SandboxSpec {
  const { limits, tier, tool_use_approval: approval } = job.spec;
  const holdMs = approval === 'ask' ? deps.approvalTimes.holdMs : 0;
  return {
    memoryBytes: limits.memory_mb * 2 ** 20,
    diskBytes: limits.disk_mb * 2 ** 20,
    cpus: limits.cpus,
    expiresAt: deadlineAt + holdMs + EXPIRY_SLACK_MS,
    ...(tier === 'high' ? { runtime: deps.highTierRuntime } : {}),
  };
}

async function register(
  attempt: Attempt,
  { sandbox, startedAt, role, deadlineAt }: SandboxRequest & { sandbox: Sandbox; startedAt: number },
): Promise<ScopedSandbox> {
  const { deps, lease } = attempt;
  deps.metrics.sandboxStarted(role, (deps.clock.now() - startedAt) / 1_000);
  const remove = async (): Promise<void> => {
    await sandbox[Symbol.asyncDispose]();
    await deps.registry.remove(sandbox.id);
  };
  const live = async (until: number): Promise<void> => {
    const { jobId, fence } = lease;
    await deps.registry.put({ role, deadlineAt: until, sandboxId: sandbox.id, jobId, fence });
  };
  try {
    await live(deadlineAt);
  } catch (error) {
    await remove();
    throw error;
  }
  return { sandbox, live, [Symbol.asyncDispose]: async () => attempt.teardown.add(remove()) };
}

/**
 * Works in a sandbox. Where that broke because the monitor ended a container that had departed from its policy, this
 * throws `sandbox_policy_violation` in the place of whatever broke by it, and the job's events say what was changed.
 */
export async function inSandbox<T>(attempt: Attempt, sandbox: Sandbox, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const violations = await sandbox.findDrift();
    if (violations.length === 0) throw cause;
    attempt.events.emit({ type: 'sandbox.drifted', data: { violations: [...violations] } });
    const words = violations.join('; ');
    attempt.audit.note('sandbox.drift_killed', { violations: words });
    const message = `The container departed from its policy and was ended: ${words.slice(0, MAX_WORDS)}`;
    throw new DrydockError('sandbox_policy_violation', { message, cause });
  }
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
