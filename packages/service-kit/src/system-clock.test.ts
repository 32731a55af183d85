import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from './system-clock.ts';

describe('systemClock', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('sleeps for the given time', async () => {
    const slept = systemClock.sleep(1_000);
    await vi.advanceTimersByTimeAsync(1_000);
    await expect(slept).resolves.toBeUndefined();
  });

  it('wakes with the reason of the signal and leaves no timer', async () => {
    const abort = new AbortController();
    const slept = systemClock.sleep(1_000, abort.signal);
    abort.abort(new Error('shutdown'));
    await expect(slept).rejects.toThrow('shutdown');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not start to sleep on an aborted signal', async () => {
    await expect(systemClock.sleep(1_000, AbortSignal.abort('gone'))).rejects.toMatchObject({
      cause: 'gone',
    });
    expect(vi.getTimerCount()).toBe(0);
  });
});
