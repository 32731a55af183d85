import type { Clock } from '@drydock/core';
import { describe, expect, it } from 'vitest';
import { withDeadline } from './deadline.ts';

/** A clock whose one alarm the test rings. */
function createAlarm(): { clock: Clock; ring: () => void; sleepers: () => number } {
  let sleepers = 0;
  let ring = () => undefined as void;
  const clock: Clock = {
    now: () => 0,
    sleep: (_, signal) => {
      sleepers += 1;
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      ring = resolve;
      signal?.addEventListener('abort', () => {
        sleepers -= 1;
        reject(new Error('stopped'));
      });
      return promise;
    },
  };
  return { clock, ring: () => ring(), sleepers: () => sleepers };
}

describe('withDeadline', () => {
  it('gives what the work gives, and stops its alarm', async () => {
    const { clock, sleepers } = createAlarm();
    expect(await withDeadline({ clock, timeoutMs: 5 }, () => Promise.resolve('done'))).toBe('done');
    expect(sleepers()).toBe(0);
  });

  it('stops waiting, and tells the work, when the time is over', async () => {
    const { clock, ring } = createAlarm();
    let told: AbortSignal | undefined;
    const waiting = withDeadline({ clock, timeoutMs: 5 }, (signal) => {
      told = signal;
      return new Promise(() => undefined);
    });
    ring();
    await expect(waiting).rejects.toHaveProperty('name', 'TimeoutError');
    expect(told?.aborted).toBe(true);
  });

  it('rejects with the reason of the outer signal, before and during the work', async () => {
    const { clock } = createAlarm();
    const outer = new AbortController();
    const waiting = withDeadline(
      { clock, timeoutMs: 5, outer: outer.signal },
      () => new Promise(() => undefined),
    );
    outer.abort(new Error('cancelled'));
    await expect(waiting).rejects.toThrow('cancelled');
    const late = withDeadline({ clock, timeoutMs: 5, outer: outer.signal }, () => Promise.resolve());
    await expect(late).rejects.toThrow('cancelled');
  });
});
