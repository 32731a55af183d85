import { JobId } from '@drydock/contracts';
import { describe, expect, it } from 'vitest';
import { Keys } from './keys.ts';

const JOB_ID = JobId.parse('job_01ARZ3NDEKTSV4RRFFQ69G5FAV');

describe('Keys', () => {
  it('gives every key the one hash tag, so that a script stays in one slot', () => {
    const keys = new Keys('blue');
    const { states, leases, deadlines, outbox, sandboxes, channel, bullmq } = keys;
    const fixed = [states, leases, deadlines, outbox, sandboxes, channel, bullmq];
    const all = [...fixed, keys.job(JOB_ID), keys.events(JOB_ID), keys.call('1')];
    expect(new Set(all).size).toBe(all.length);
    expect(all.filter((key) => !key.startsWith('{blue}:'))).toEqual([]);
  });

  it('is drydock where no prefix is given', () => {
    expect(new Keys().job(JOB_ID)).toBe(`{drydock}:job:${JOB_ID}`);
  });

  it.each(['', 'a}b', 'a:b', 'Ü', 'a'.repeat(41)])('refuses the prefix "%s"', (prefix) => {
    expect(() => new Keys(prefix)).toThrow(expect.objectContaining({ code: 'store_misconfigured' }));
  });
});
