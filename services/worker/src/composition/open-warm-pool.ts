import { LIMITS } from '@drydock/core';
import type { SandboxHost, WarmPool } from '@drydock/sandbox';
import type { Logger, Shutdown } from '@drydock/service-kit';
import type { WorkerMetrics } from '../metrics.ts';
import { EXPIRY_SLACK_MS } from '../attempt/sandbox-scope.ts';

const CLOSE_MS = 15_000;
const MAX_AGE_MS = 15 * 60_000;
/** Between a deadline being set and the lease; whoever needs longer boots a sandbox. */
const LEASE_SLACK_MS = 60_000;
/** What one attempt has at most, but for what is on its way out: the agent's sandbox, or one for each side of the verification. */
const SANDBOXES_PER_ATTEMPT = 2;

interface PoolContext {
  readonly warmSandboxes: number;
  readonly concurrency: number;
  readonly log: Logger;
  readonly metrics: WorkerMetrics;
  readonly shutdown: Shutdown;
}

/** The worker's pool: sandboxes with the default limits, which most jobs ask for, for the agent and for verification. */
export function openWarmPool(host: SandboxHost, context: PoolContext): WarmPool {
  const { warmSandboxes: size, concurrency, log, metrics, shutdown } = context;
  const pool = host.openPool({
    size,
    maxRunning: concurrency * SANDBOXES_PER_ATTEMPT + size,
    spec: {
      memoryBytes: LIMITS.memory_mb.default * 2 ** 20,
      diskBytes: LIMITS.disk_mb.default * 2 ** 20,
      cpus: LIMITS.cpus.default,
    },
    maxAgeMs: MAX_AGE_MS,
    maxUseMs: LIMITS.timeout_seconds.maximum * 1_000 + EXPIRY_SLACK_MS + LEASE_SLACK_MS,
    observer: {
      sizeChanged: (idle) => metrics.warmSandboxes(idle),
      leased: (path, seconds) => metrics.sandboxLeased(path, seconds),
      failed: (err) => log.warn('warm_pool.failed', { err }),
    },
  });
  shutdown.add('warm pool', CLOSE_MS, () => pool[Symbol.asyncDispose]());
  return pool;
}
