import { describe, expect, it } from 'vitest';
import { LIMITS, resolveLimits } from './limits.ts';

describe('resolveLimits', () => {
  it('fills in every default of the contract', () => {
    expect(resolveLimits({})).toEqual({
      kind: 'resolved',
      limits: {
        timeout_seconds: 900,
        memory_mb: 1_536,
        cpus: 1,
        disk_mb: 512,
        max_turns: 60,
        max_tokens_total: 2_000_000,
      },
    });
  });

  it('keeps a limit of cost where one is asked for', () => {
    expect(resolveLimits({ max_cost_usd: 0.5 })).toMatchObject({ limits: { max_cost_usd: 0.5 } });
  });

  it('takes a value at the maximum', () => {
    const resolved = resolveLimits({ timeout_seconds: LIMITS.timeout_seconds.maximum });
    expect(resolved).toMatchObject({ kind: 'resolved', limits: { timeout_seconds: 7_200 } });
  });

  it('refuses a value over the maximum and names it, instead of clamping it', () => {
    expect(resolveLimits({ cpus: 5 })).toEqual({ kind: 'over_maximum', limit: 'cpus', maximum: 4 });
  });
});
