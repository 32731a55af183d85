import type { LeasePath, SandboxHost, WarmPool } from '../src/index.ts';
import { SPEC } from './test-host.ts';

export interface TestPool {
  readonly pool: WarmPool;
  /** Resolves when it is full for the first time. */
  readonly full: Promise<void>;
  readonly leases: LeasePath[];
}

/** A pool of sandboxes as `SPEC` has them. */
export function openTestPool(host: SandboxHost, size: number): TestPool {
  const isFull = Promise.withResolvers<void>();
  const leases: LeasePath[] = [];
  const { expiresAt: _, ...spec } = SPEC;
  const pool = host.openPool({
    size,
    maxRunning: 10,
    spec,
    maxAgeMs: 600_000,
    maxUseMs: 2 * 3_600_000,
    observer: {
      sizeChanged: (idle) => {
        if (idle === size) isFull.resolve();
      },
      leased: (path) => leases.push(path),
      failed: (error) => isFull.reject(error),
    },
  });
  return { pool, full: isFull.promise, leases };
}
