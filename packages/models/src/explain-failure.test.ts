import { APIConnectionError } from 'openai';
import { describe, expect, test } from 'vitest';
import { explainFailure, explainServerFailure } from './explain-failure.ts';

const OPTIONS = { apiKey: 'sk-very-secret', nowMs: 0 };

describe('explainServerFailure', () => {
  test.each([
    { status: 408, code: null, expected: 'model_timeout' },
    { status: 504, code: null, expected: 'model_timeout' },
    { status: 429, code: 'rate_limit_exceeded', expected: 'model_rate_limited' },
    { status: 429, code: null, expected: 'model_rate_limited' },
    { status: 500, code: null, expected: 'model_unavailable' },
    { status: 529, code: null, expected: 'model_unavailable' },
    { code: 'server_error', expected: 'model_unavailable' },
    { code: 'rate_limit_exceeded', expected: 'model_rate_limited' },
    { code: null, expected: 'model_unavailable' },
  ])('$status $code may pass: $expected', ({ expected, ...failure }) => {
    const explained = explainServerFailure({ ...failure, message: 'busy' }, OPTIONS);
    expect(explained).toMatchObject({ kind: 'transient', code: expected });
  });

  test('a server that says that a retry is of no use is believed', () => {
    const headers = new Headers({ 'x-should-retry': 'false' });
    const explain = () => explainServerFailure({ status: 500, headers, message: 'no' }, OPTIONS);
    expect(explain).toThrow(expect.objectContaining({ code: 'model_error' }));
  });

  test.each([
    { status: 401, code: 'invalid_api_key', expected: 'model_auth' },
    { status: 403, code: null, expected: 'model_auth' },
    { status: 400, code: 'unsupported_parameter', expected: 'model_error' },
    { status: 404, code: 'model_not_found', expected: 'model_not_found' },
    { status: 400, code: 'model_not_found', expected: 'model_not_found' },
    { status: 404, code: null, expected: 'model_not_found' },
    { status: 405, code: null, expected: 'model_not_found' },
    { status: 422, code: 'transcript_departed', expected: 'model_error' },
    { status: 429, code: 'insufficient_quota', expected: 'model_quota_exhausted' },
    { status: 402, code: null, expected: 'model_quota_exhausted' },
    { status: 307, code: null, expected: 'model_error' },
    { status: 501, code: null, expected: 'model_error' },
    { status: 413, code: null, expected: 'model_context_overflow' },
    { status: 400, code: 'context_length_exceeded', expected: 'model_context_overflow' },
    { code: 'context_length_exceeded', expected: 'model_context_overflow' },
    { status: 400, code: 'content_filter', expected: 'model_content_filtered' },
    { code: 'invalid_prompt', expected: 'model_content_filtered' },
  ])('$status $code is a $expected', ({ expected, ...failure }) => {
    expect(() => explainServerFailure({ ...failure, message: 'no' }, OPTIONS)).toThrow(
      expect.objectContaining({ code: expected }),
    );
  });

  test.each([
    "This model's maximum context length is 131072 tokens. However, you requested 140000 tokens.",
    'the request exceeds the available context size, try increasing it',
    'prompt is too long: 210000 tokens > 200000 maximum',
    'Input has too many tokens',
  ])('a server that has no code for it says that the context is too long: %s', (message) => {
    const explain = () => explainServerFailure({ status: 400, message }, OPTIONS);
    expect(explain).toThrow(expect.objectContaining({ code: 'model_context_overflow' }));
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
      code: 'model_unavailable',
      reason: 'the connection failed (ECONNREFUSED)',
      cause: error,
    });
  });
});
