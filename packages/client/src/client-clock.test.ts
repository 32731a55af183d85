import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { clientClock } from './client-clock.ts';

describe('clientClock', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('wakes from a sleep with the reason of the signal and leaves no timer', async () => {
    const abort = new AbortController();
    const slept = clientClock.sleep(1_000, abort.signal);
    abort.abort(new Error('enough'));
    await expect(slept).rejects.toThrow('enough');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('aborts a watchdog only when it was not touched for its time', () => {
    using watchdog = clientClock.watch(1_000);
    vi.advanceTimersByTime(900);
    watchdog.touch();
    vi.advanceTimersByTime(900);
    expect(watchdog.signal.aborted).toBe(false);
    vi.advanceTimersByTime(100);
    expect(watchdog.signal.aborted).toBe(true);
  });
});
