import type { Clock } from '@drydock/core';
import { DrydockError } from '@drydock/core';
import { describe, expect, test } from 'vitest';
import { Breaker } from './breaker.ts';
import type { Attempted, TransientCode } from './retry.ts';

const DONE: Attempted<string> = { kind: 'done', value: 'answer' };
const failed = (code: TransientCode): Attempted<string> => ({ kind: 'transient', code, reason: 'no' });
const NEVER = new AbortController().signal;

/** A breaker that opens at the third failure, on a clock whose waits are over at once. */
function open(onWait: (waits: number) => unknown = () => undefined) {
  const states: string[] = [];
  const waitsMs: number[] = [];
  let nowMs = 0;
  const clock: Clock = {
    now: () => nowMs,
    sleep: async (durationMs, signal) => {
      signal?.throwIfAborted();
      waitsMs.push(durationMs);
      nowMs += durationMs;
      onWait(waitsMs.length);
    },
  };
  const breaker = new Breaker({
    clock,
    random: () => 0,
    maxFailures: 3,
    onState: (state) => void states.push(state),
  });
  const run = (attempted: Attempted<string>, deadlineAt?: number, signal = NEVER) =>
    breaker.run(() => Promise.resolve(attempted), deadlineAt, signal);
  const fail = async (times: number, code: TransientCode = 'model_unavailable') => {
    for (let done = 0; done < times; done += 1) await run(failed(code));
  };
  return { breaker, run, fail, states, waitsMs };
}

describe('the breaker', () => {
  test('stays closed while failures are not in a row', async () => {
    const { breaker, run, fail } = open();
    await fail(2);
    await run(DONE);
    await fail(2);
    expect(breaker.state).toBe('closed');
  });

  test('opens at so many failures in a row, and lets the next call wait and probe', async () => {
    const { breaker, run, fail, states, waitsMs } = open();
    await fail(3);
    expect([breaker.state, waitsMs]).toEqual(['open', []]);
    await expect(run(DONE)).resolves.toBe(DONE);
    expect([breaker.state, waitsMs]).toEqual(['closed', [5_000]]);
    expect(states).toEqual(['open', 'half_open', 'closed']);
  });

  test('waits twice as long after every probe that fails, a minute at most', async () => {
    const { run, fail, waitsMs } = open();
    await fail(3);
    await fail(6, 'model_timeout');
    await run(DONE);
    expect(waitsMs).toEqual([5_000, 10_000, 20_000, 40_000, 60_000, 60_000, 60_000]);
  });

  test.each(['model_rate_limited', 'model_bad_answer'] as const)(
    'does not open for %s: the server is there',
    async (code) => {
      const { breaker, fail } = open();
      await fail(9, code);
      expect(breaker.state).toBe('closed');
    },
  );

  test('takes an error of the request for an answer', async () => {
    const { breaker, fail } = open();
    await fail(2);
    const refused = breaker.run(() => Promise.reject(new DrydockError('model_error')), undefined, NEVER);
    await expect(refused).rejects.toMatchObject({ code: 'model_error' });
    await fail(2);
    expect(breaker.state).toBe('closed');
  });

  test('refuses a call whose deadline is before the next try, without waiting', async () => {
    const { run, fail, waitsMs } = open();
    await fail(3);
    await expect(run(DONE, 4_999)).rejects.toMatchObject({
      code: 'model_unavailable',
      message: 'The model server failed 3 times in a row; the job ends before it is asked again.',
    });
    expect(waitsMs).toEqual([]);
  });

  test('lets one call probe, and the others follow it', async () => {
    const probe = Promise.withResolvers<Attempted<string>>();
    const { breaker, fail } = open((waits) => waits === 5 && probe.resolve(DONE));
    await fail(3);
    const order: string[] = [];
    const answered = probe.promise.then((answer) => {
      order.push('probe');
      return answer;
    });
    const probing = breaker.run(() => answered, undefined, NEVER);
    await expect.poll(() => breaker.state).toBe('half_open');
    const follower = breaker.run(
      () => {
        order.push('follower');
        return Promise.resolve(DONE);
      },
      undefined,
      NEVER,
    );
    await Promise.all([probing, follower]);
    expect(order).toEqual(['probe', 'follower']);
  });

  test('a probe that is called off leaves its place to the next call', async () => {
    const { breaker, run, fail } = open();
    await fail(3);
    const cancel = new AbortController();
    const probe = breaker.run(
      () => {
        cancel.abort(new Error('cancelled'));
        return Promise.reject(new Error('cancelled'));
      },
      undefined,
      cancel.signal,
    );
    await expect(probe).rejects.toThrow('cancelled');
    expect(breaker.state).toBe('open');
    await expect(run(DONE)).resolves.toBe(DONE);
  });
});
