import { JobId, WorkerId } from '@drydock/contracts';
import type { Clock, Heartbeat } from '@drydock/core';
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
      signal?.throwIfAborted();
      beats -= 1;
      if (beats < 0) await new Promise((_resolve, reject) => signal?.addEventListener('abort', reject));
      now += durationMs;
    },
  };
}

/** Told of a cancellation by `ring()`. */
function fakeFeed() {
  const watchers = new Set<() => void>();
  return {
    ring: () => watchers.forEach((wake) => wake()),
    watchers,
    watch: (_jobId: JobId, onWake: () => void) => {
      watchers.add(onWake);
      return () => void watchers.delete(onWake);
    },
  };
}

const heard = (change: Partial<Heartbeat> = {}): Promise<Heartbeat> =>
  Promise.resolve({ state: 'running', cancelRequested: false, ...change });

async function settle(): Promise<void> {
  for (let turn = 0; turn < 100; turn += 1) await Promise.resolve();
}

async function keep(heartbeat: () => Promise<Heartbeat>, beats: number): Promise<string | undefined> {
  const options = { store: { heartbeat }, cancellations: fakeFeed(), clock: fastClock(beats), lease };
  await using keeper = new LeaseKeeper({ ...options, leaseMs: 9_000, parent: new AbortController().signal });
  await settle();
  return findInterruption(keeper.signal);
}

describe('a lease keeper', () => {
  it('leaves a renewed attempt alone', async () => {
    expect(await keep(() => heard(), 5)).toBeUndefined();
  });

  it('interrupts an attempt whose lease is lost', async () => {
    expect(await keep(() => Promise.reject(new DrydockError('lease_lost')), 1)).toBe('lease_lost');
  });

  it('interrupts an attempt whose job is to be cancelled, also where that was before the watch', async () => {
    expect(await keep(() => heard({ cancelRequested: true }), 0)).toBe('cancelled');
  });

  it.each(['cancelled', 'timed_out'] as const)(
    'lets go of a job that somebody else ended as %s: there is nothing left to write',
    async (state) => {
      expect(await keep(() => heard({ state, cancelRequested: true }), 0)).toBe('lease_lost');
    },
  );

  it('asks at once when it is told of a cancellation, and goes on renewing while the patch is saved', async () => {
    let cancelRequested = false;
    let beats = 0;
    const heartbeat = () => {
      beats += 1;
      return heard({ cancelRequested });
    };
    const cancellations = fakeFeed();
    const options = { store: { heartbeat }, cancellations, clock: fastClock(0), lease, leaseMs: 9_000 };
    {
      await using keeper = new LeaseKeeper({ ...options, parent: new AbortController().signal });
      await settle();
      expect([beats, findInterruption(keeper.signal)]).toEqual([1, undefined]);
      cancelRequested = true;
      cancellations.ring();
      await settle();
      expect([beats, findInterruption(keeper.signal)]).toEqual([2, 'cancelled']);
      cancellations.ring();
      await settle();
      expect(beats).toBe(3);
    }
    expect(cancellations.watchers.size).toBe(0);
  });

  it('does not lose a cancellation that is told while it asks', async () => {
    const answers = [Promise.withResolvers<Heartbeat>(), Promise.withResolvers<Heartbeat>()];
    let asked = 0;
    const heartbeat = () => answers[asked++]?.promise ?? heard();
    const cancellations = fakeFeed();
    const options = { store: { heartbeat }, cancellations, clock: fastClock(0), lease, leaseMs: 9_000 };
    await using keeper = new LeaseKeeper({ ...options, parent: new AbortController().signal });
    cancellations.ring();
    answers[0]?.resolve({ state: 'running', cancelRequested: false });
    answers[1]?.resolve({ state: 'running', cancelRequested: true });
    await settle();
    expect(findInterruption(keeper.signal)).toBe('cancelled');
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
      store: { heartbeat: () => heard() },
      cancellations: fakeFeed(),
      clock: fastClock(0),
      lease,
    };
    await using keeper = new LeaseKeeper({ ...options, leaseMs: 9_000, parent: shutdown.signal });
    shutdown.abort();
    expect(findInterruption(keeper.signal)).toBe('shutdown');
  });
});
