import type { Clock } from '@drydock/core';
import { DrydockError } from '@drydock/core';
import { describe, expect, test } from 'vitest';
import type { Attempted } from './retry.ts';
import { retry } from './retry.ts';

const DONE: Attempted<string> = { kind: 'done', value: 'answer' };
const FAILED: Attempted<string> = {
  kind: 'transient',
  code: 'model_unavailable',
  reason: '503 overloaded',
};
const NEVER = new AbortController().signal;

/** A clock on which every wait is over at once and remembered. */
function recordWaits() {
  const waitsMs: number[] = [];
  const clock: Clock = {
    now: () => 0,
    sleep: (durationMs, signal) => {
      waitsMs.push(durationMs);
      return signal?.aborted ? Promise.reject(signal.reason as Error) : Promise.resolve();
    },
  };
  return { clock, waitsMs };
}

/** Attempts that come to `outcomes` in order, and to the last one from then on. */
function play(...outcomes: readonly Attempted<string>[]) {
  const calls = { count: 0 };
  const attempt = () => {
    const outcome = outcomes[Math.min(calls.count, outcomes.length - 1)] ?? DONE;
    calls.count += 1;
    return Promise.resolve(outcome);
  };
  return { attempt, calls };
}

describe('retry', () => {
  test('a first success waits for nothing', async () => {
    const { clock, waitsMs } = recordWaits();
    await expect(retry(play(DONE).attempt, { clock, random: () => 0.5 }, NEVER)).resolves.toBe('answer');
    expect(waitsMs).toEqual([]);
  });

  test('waits grow twofold under full jitter and end after 5 retries', async () => {
    const { clock, waitsMs } = recordWaits();
    const { attempt, calls } = play(FAILED);
    await expect(retry(attempt, { clock, random: () => 0.5 }, NEVER)).rejects.toMatchObject({
      code: 'model_unavailable',
      message: 'The model server could not be used (6 tries): 503 overloaded.',
    });
    expect(calls.count).toBe(6);
    expect(waitsMs).toEqual([250, 500, 1_000, 2_000, 4_000]);
  });

  test('jitter may make a wait as short as nothing', async () => {
    const { clock, waitsMs } = recordWaits();
    await retry(play(FAILED, DONE).attempt, { clock, random: () => 0 }, NEVER);
    expect(waitsMs).toEqual([0]);
  });

  test('never waits less than the server asked for', async () => {
    const { clock, waitsMs } = recordWaits();
    const asked: Attempted<string> = { ...FAILED, retryAfterMs: 7_000 };
    await retry(play(asked, DONE).attempt, { clock, random: () => 0.5 }, NEVER);
    expect(waitsMs).toEqual([7_250]);
  });

  test('a server that asks for more than five minutes is unavailable at once', async () => {
    const { clock, waitsMs } = recordWaits();
    const asked: Attempted<string> = { ...FAILED, retryAfterMs: 301_000 };
    await expect(retry(play(asked, DONE).attempt, { clock, random: () => 0.5 }, NEVER)).rejects.toMatchObject(
      { code: 'model_unavailable' },
    );
    expect(waitsMs).toEqual([]);
  });

  test.each(['model_rate_limited', 'model_timeout', 'model_bad_answer'] as const)(
    'ends with the code of the last attempt: %s',
    async (code) => {
      const { clock } = recordWaits();
      const failed: Attempted<string> = { ...FAILED, code };
      await expect(retry(play(failed).attempt, { clock, random: () => 0 }, NEVER)).rejects.toMatchObject({
        code,
      });
    },
  );

  test('does not begin a wait that would end after the deadline', async () => {
    const { clock, waitsMs } = recordWaits();
    const asked: Attempted<string> = { ...FAILED, retryAfterMs: 20_000 };
    const options = { clock, random: () => 0, deadlineAt: 19_000 };
    await expect(retry(play(asked, DONE).attempt, options, NEVER)).rejects.toMatchObject({
      code: 'model_unavailable',
      message:
        'The model server could not be used (1 try): 503 overloaded; the job ends before it can be tried again.',
    });
    expect(waitsMs).toEqual([]);
  });

  test('tells of every retry', async () => {
    const { clock } = recordWaits();
    const told: string[] = [];
    const options = { clock, random: () => 0, onRetry: (code: string) => void told.push(code) };
    await retry(play(FAILED, { ...FAILED, code: 'model_timeout' }, DONE).attempt, options, NEVER);
    expect(told).toEqual(['model_unavailable', 'model_timeout']);
  });

  test('the signal ends a wait with its own reason', async () => {
    const { clock } = recordWaits();
    const cancel = new AbortController();
    const reason = new DrydockError('deadline_exceeded');
    cancel.abort(reason);
    await expect(retry(play(FAILED).attempt, { clock, random: () => 0.5 }, cancel.signal)).rejects.toBe(
      reason,
    );
  });

  test('what no attempt can cure is not tried again', async () => {
    const { clock, waitsMs } = recordWaits();
    const refused = new DrydockError('model_auth');
    await expect(retry(() => Promise.reject(refused), { clock, random: () => 0.5 }, NEVER)).rejects.toBe(
      refused,
    );
    expect(waitsMs).toEqual([]);
  });
});
