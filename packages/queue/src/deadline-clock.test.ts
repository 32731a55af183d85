import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { settlesWithin } from './deadline-clock.ts';

describe('settlesWithin', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it.each([
    ['resolves', () => Promise.resolve()],
    ['rejects', () => Promise.reject(new Error('no'))],
  ])('is true where the promise %s in time, and leaves no timer', async (_how, start) => {
    expect(await settlesWithin(start(), 1_000)).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is false where it does neither', async () => {
    const answer = settlesWithin(new Promise(() => undefined), 1_000);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await answer).toBe(false);
  });
});
