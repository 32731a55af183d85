import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Interval } from './interval-clock.ts';

describe('Interval', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('ticks until it is stopped', () => {
    const onTick = vi.fn<() => void>();
    const interval = new Interval(5_000, onTick);
    vi.advanceTimersByTime(10_000);
    expect(onTick).toHaveBeenCalledTimes(2);
    interval.stop();
    vi.advanceTimersByTime(10_000);
    expect(onTick).toHaveBeenCalledTimes(2);
  });
});
