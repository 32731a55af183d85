import type { Clock } from '@drydock/core';
import { setTimeout as sleep } from 'node:timers/promises';

/** The machine's clock, with its waits on record: loopback sockets cannot be hurried by a fake one. */
export class RealClock implements Clock {
  readonly waitsMs: number[] = [];

  now(): number {
    return Date.now();
  }

  async sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
    this.waitsMs.push(durationMs);
    try {
      await sleep(durationMs, undefined, { signal });
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  }
}
