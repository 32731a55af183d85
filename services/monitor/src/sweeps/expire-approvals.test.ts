import { describe, expect, it } from 'vitest';
import { createDeps } from '../../test/fakes.ts';
import { createExpireApprovals } from './expire-approvals.ts';

describe('expire_approvals', () => {
  it.each([0, 3])('denies what nobody decided in time: %i', async (expired) => {
    const logged: unknown[] = [];
    const { approvals, log } = createDeps();
    approvals.expired = expired;
    const info = (message: string, fields?: object) => void logged.push({ message, ...fields });
    await createExpireApprovals({ approvals, log: { ...log, info } }).run(new AbortController().signal);
    expect(logged).toEqual(expired === 0 ? [] : [{ message: 'approvals.expired', count: expired }]);
  });
});
