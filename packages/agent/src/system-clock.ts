import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '@drydock/core';

/** The machine's time. It never goes back: durations and deadlines are differences of it. */
export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  sleep: async (durationMs, signal) => {
    await wait(durationMs, undefined, signal === undefined ? {} : { signal });
  },
};
