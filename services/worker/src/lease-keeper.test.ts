import type { JobState } from '@drydock/contracts';
import { JobId, WorkerId } from '@drydock/contracts';
import type { Clock } from '@drydock/core';
import { DrydockError } from '@drydock/core';
import { describe, expect, it } from 'vitest';
import { findInterruption } from './interruption.ts';
import { LeaseKeeper } from './lease-keeper.ts';

const lease = {
  jobId: JobId.parse('job_01ARZ3NDEKTSV4RRFFQ69G5FAV'),
  workerId: WorkerId.parse('wrk_0123456789abcdef'),
  fence: 1,
};

/** Time passes as fast as it is asked for, until `beats` sleeps have been slept. */
function fastClock(beats: number): Clock {
  let now = 0;
  return {
    now: () => now,
    sleep: async (durationMs, signal) => {
      beats -= 1;
      if (beats < 0) await new Promise((_resolve, reject) => signal?.addEventListener('abort', reject));
      now += durationMs;
    },
  };
}

async function keep(heartbeat: () => Promise<JobState>, beats: number): Promise<string | undefined> {
  const options = { store: { heartbeat }, clock: fastClock(beats), lease, leaseMs: 9_000 };
  await using keeper = new LeaseKeeper({ ...options, parent: new AbortController().signal });
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
  return findInterruption(keeper.signal);
}

describe('a lease keeper', () => {
  it('leaves a renewed attempt alone', async () => {
    expect(await keep(() => Promise.resolve('running'), 5)).toBeUndefined();
  });

  it('interrupts an attempt whose lease is lost', async () => {
    expect(await keep(() => Promise.reject(new DrydockError('lease_lost')), 1)).toBe('lease_lost');
  });

  it('interrupts an attempt whose job was cancelled', async () => {
    expect(await keep(() => Promise.resolve('cancelled'), 1)).toBe('cancelled');
  });

  it('bears a store that is silent for less than a lease', async () => {
    expect(await keep(() => Promise.reject(new DrydockError('store_unavailable')), 2)).toBeUndefined();
  });

  it('gives up when the store was silent for a whole lease: another worker may own the job', async () => {
    expect(await keep(() => Promise.reject(new DrydockError('store_unavailable')), 3)).toBe('lease_lost');
  });

  it('interrupts with the shutdown of the worker', async () => {
    const shutdown = new AbortController();
    const options = {
      store: { heartbeat: () => Promise.resolve('running' as const) },
      clock: fastClock(0),
      lease,
    };
    await using keeper = new LeaseKeeper({ ...options, leaseMs: 9_000, parent: shutdown.signal });
    shutdown.abort();
    expect(findInterruption(keeper.signal)).toBe('shutdown');
  });
});
