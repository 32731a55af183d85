import { ManualClock } from '@drydock/testing';
import { describe, expect, it } from 'vitest';
import { AttemptDeadline } from './attempt-deadline.ts';
import { findInterruption } from './interruption.ts';

describe('the deadline of an attempt', () => {
  it('passes after its time, as a timeout', async () => {
    const clock = new ManualClock();
    using deadline = new AttemptDeadline(clock, 1_000);
    expect([deadline.at, deadline.leftMs]).toEqual([clock.now() + 1_000, 1_000]);
    await clock.advance(999);
    expect(findInterruption(deadline.signal)).toBeUndefined();
    await clock.advance(1);
    expect([findInterruption(deadline.signal), deadline.leftMs]).toEqual(['timed_out', 0]);
  });

  it('stands still while it is held, however often, and goes on with what was left', async () => {
    const clock = new ManualClock();
    using deadline = new AttemptDeadline(clock, 1_000);
    await clock.advance(400);
    const [outer, inner] = [deadline.hold(), deadline.hold()];
    await clock.advance(5_000);
    inner[Symbol.dispose]();
    inner[Symbol.dispose]();
    await clock.advance(5_000);
    expect([deadline.signal.aborted, deadline.leftMs]).toEqual([false, 600]);
    outer[Symbol.dispose]();
    await clock.advance(599);
    expect(deadline.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(deadline.signal.aborted).toBe(true);
  });

  it('never passes once it is disposed of, held or not', async () => {
    const clock = new ManualClock();
    const deadline = new AttemptDeadline(clock, 1_000);
    const held = deadline.hold();
    deadline[Symbol.dispose]();
    held[Symbol.dispose]();
    await clock.advance(10_000);
    expect(deadline.signal.aborted).toBe(false);
  });
});
