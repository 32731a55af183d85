import type { SandboxRecord } from '@drydock/core';
import type { MonitorDeps } from './deps.ts';
import type { ReapReason } from './metrics.ts';

/** Sandboxes that are ended at the same time: killing is waiting for Docker, not work. */
const PARALLEL = 8;
/** A record of a sandbox that this host does not have is left to the host that has it, for this long. */
const STALE_AFTER_MS = 60_000;

/**
 * Destroys sandboxes and then their records. One that cannot be destroyed keeps its record, is tried again in the next
 * pass and does not stop the others; the pass fails with all errors at its end.
 */
export async function endSandboxes(
  { host, registry, clock, log, metrics }: Omit<MonitorDeps, 'jobs'>,
  { records, reason }: { readonly records: readonly SandboxRecord[]; readonly reason: ReapReason },
  signal: AbortSignal,
): Promise<void> {
  const errors: unknown[] = [];
  const end = async ({ sandboxId, jobId, fence, deadlineAt }: SandboxRecord): Promise<void> => {
    const wasHere = await host.destroy(sandboxId, signal);
    if (wasHere) {
      log.warn('sandbox.reaped', { sandboxId, jobId, fence, reason });
      metrics.sandboxReaped(reason);
    }
    if (wasHere || deadlineAt + STALE_AFTER_MS <= clock.now()) await registry.remove(sandboxId);
  };
  for (let at = 0; at < records.length; at += PARALLEL) {
    const ended = await Promise.allSettled(records.slice(at, at + PARALLEL).map(end));
    for (const result of ended) if (result.status === 'rejected') errors.push(result.reason);
  }
  if (errors.length > 0) throw new AggregateError(errors, `${errors.length} sandboxes could not be ended`);
}
