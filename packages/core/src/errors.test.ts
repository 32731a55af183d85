import { ErrorCode } from '@drydock/contracts';
import { describe, expect, it } from 'vitest';
import { ERROR_CATALOGUE } from './errors/catalogue.ts';
import { DrydockError, toDrydockError } from './errors.ts';

describe('the error catalogue', () => {
  it('has one row per code, with a summary and what to do next', () => {
    expect(Object.keys(ERROR_CATALOGUE).toSorted()).toEqual([...ErrorCode.options].toSorted());
    for (const [code, { summary, next, httpStatus }] of Object.entries(ERROR_CATALOGUE)) {
      expect(summary, code).toMatch(/\.$/);
      expect(next, code).toMatch(/\.$/);
      expect(httpStatus, code).toBeGreaterThanOrEqual(400);
    }
  });

  it('names a setting wherever it speaks of a limit', () => {
    const ofLimits = Object.entries(ERROR_CATALOGUE).filter(([, { summary, next }]) =>
      /\blimit|\braise|larger than|as it allows/i.test(summary + next),
    );
    const unnamed = ofLimits.filter(
      ([, { next }]) => !/DRYDOCK_[A-Z_]+|limits\.[a-z_]+|no setting/.test(next),
    );
    expect(unnamed).toEqual([]);
    expect(ofLimits.length).toBeGreaterThanOrEqual(8);
  });

  it('tells people what to do, and nothing of the cause', () => {
    const error = toDrydockError(new Error('connect ECONNREFUSED 10.1.2.3 secret'));
    expect(error.toBody()).toEqual({
      code: 'internal_error',
      message: 'Something in Drydock broke. Send the same request again; report the request id.',
      blame: 'platform',
    });
  });

  it('keeps a DrydockError as it is', () => {
    const error = new DrydockError('not_found');
    expect(toDrydockError(error)).toBe(error);
  });
});
