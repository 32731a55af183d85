import { APIConnectionError } from 'openai';
import { describe, expect, test } from 'vitest';
import { explainFailure, explainServerFailure } from './explain-failure.ts';

const OPTIONS = { apiKey: 'sk-very-secret', nowMs: 0 };

describe('explainServerFailure', () => {
  test.each([
    { status: 408, code: null },
    { status: 429, code: 'rate_limit_exceeded' },
    { status: 500, code: null },
    { status: 529, code: null },
    { code: 'server_error' },
    { code: null },
  ])('$status $code is transient', (failure) => {
    expect(explainServerFailure({ ...failure, message: 'busy' }, OPTIONS).kind).toBe('transient');
  });

  test.each([
    { status: 401, code: 'invalid_api_key', expected: 'model_auth' },
    { status: 403, code: null, expected: 'model_auth' },
    { status: 400, code: 'unsupported_parameter', expected: 'model_error' },
    { status: 404, code: 'model_not_found', expected: 'model_error' },
    { status: 422, code: 'transcript_departed', expected: 'model_error' },
    { status: 429, code: 'insufficient_quota', expected: 'model_error' },
    { status: 307, code: null, expected: 'model_error' },
    { code: 'context_length_exceeded', expected: 'model_error' },
  ])('$status $code is a $expected', ({ expected, ...failure }) => {
    expect(() => explainServerFailure({ ...failure, message: 'no' }, OPTIONS)).toThrow(
      expect.objectContaining({ code: expected }),
    );
  });

  test('a message becomes one line of at most 2,000 characters', () => {
    const message = `a\r\n\u001B[31mb ${'x'.repeat(5_000)}`;
    const explain = () => explainServerFailure({ status: 400, message }, OPTIONS);
    expect(explain).toThrow(/^The model server answered 400: a \[31mb x+$/);
    expect(explain).toThrow(/^.{2000}$/);
  });

  test('a key that the server repeats is blotted out', () => {
    const explain = () => explainServerFailure({ status: 400, message: 'bad sk-very-secret!' }, OPTIONS);
    expect(explain).toThrow('The model server answered 400: bad [secret]!');
  });
});

describe('explainFailure', () => {
  test('a failed connection is transient and named by its system code, not by the host', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED 10.0.0.7:443'), { code: 'ECONNREFUSED' });
    const error = new APIConnectionError({ cause: new TypeError('fetch failed', { cause: refused }) });
    expect(explainFailure(error, OPTIONS)).toEqual({
      kind: 'transient',
      reason: 'the connection failed (ECONNREFUSED)',
      cause: error,
    });
  });
});
