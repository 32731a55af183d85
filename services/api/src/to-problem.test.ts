import { Problem } from '@drydock/contracts';
import { DrydockError } from '@drydock/core';
import { describe, expect, it } from 'vitest';
import { toProblem } from './to-problem.ts';

describe('toProblem', () => {
  it('is the catalogue row of the code with the errors and the request id', () => {
    const errors = [{ pointer: '/tier', detail: 'Unknown field.' }];
    const problem = toProblem(new DrydockError('unknown_field', { details: { errors } }), 'r1');
    expect(problem).toEqual({
      type: 'urn:drydock:error:unknown_field',
      title: 'The request has a field that Drydock does not know.',
      status: 422,
      code: 'unknown_field',
      detail: 'The request has a field that Drydock does not know. Remove the fields named in `errors`.',
      errors,
      request_id: 'r1',
    });
    expect(Problem.parse(problem)).toEqual(problem);
  });

  it('shows nothing of what an adapter says about the platform', () => {
    const error = new DrydockError('store_unavailable', {
      message: 'connect ECONNREFUSED 10.0.0.7:6379',
      cause: new Error('password hunter2'),
      details: { host: '10.0.0.7' },
    });
    expect(JSON.stringify(toProblem(error, 'r1'))).not.toMatch(/10\.0\.0\.7|hunter2|ECONN/);
  });
});
