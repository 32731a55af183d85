import type { ErrorCode } from '@drydock/contracts';
import { DrydockError } from '@drydock/core';
import express from 'express';
import type { RequestHandler } from 'express';

const JSON_TYPE = /^application\/json *(?:;|$)/i;

/** How long a body of a few megabytes may take. */
const BODY_TIMEOUT_MS = 30_000;

/** Errors of the body parser, by its `type`. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  'entity.too.large': 'body_too_large',
  'entity.parse.failed': 'malformed_json',
  'entity.verify.failed': 'malformed_json',
  'request.size.invalid': 'malformed_json',
  'request.aborted': 'malformed_json',
  'encoding.unsupported': 'unsupported_media_type',
  'charset.unsupported': 'unsupported_media_type',
};

/** Parses a JSON object of at most `maxBytes` into `request.body`. Compressed bodies are not taken: no bombs. */
export function jsonBody(maxBytes: number): RequestHandler {
  const parse = express.json({
    limit: maxBytes,
    inflate: false,
    strict: true,
    type: () => true,
    verify: refuseUnreadable,
  });
  return (request, response, next) => {
    if (!JSON_TYPE.test(request.get('content-type') ?? '')) throw new DrydockError('unsupported_media_type');
    const late = AbortSignal.timeout(BODY_TIMEOUT_MS);
    const onLate = () => {
      response.set('Connection', 'close');
      next(new DrydockError('request_timeout'));
    };
    late.addEventListener('abort', onLate, { once: true });
    parse(request, response, (error: unknown) => {
      if (late.aborted) return;
      late.removeEventListener('abort', onLate);
      if (error) return next(wrap(error));
      return next(request.body === undefined ? new DrydockError('malformed_json') : undefined);
    });
  };
}

/** The same, where a request without a body says nothing. */
export function optionalJsonBody(maxBytes: number): RequestHandler {
  const parse = jsonBody(maxBytes);
  return (request, response, next) => {
    const isEmpty = (request.get('content-length') ?? '0') === '0' && !request.get('transfer-encoding');
    return isEmpty ? next() : parse(request, response, next);
  };
}

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** Express would read an empty body as `{}`, and pass over a byte order mark, which is no JSON (RFC 8259, 8.1). */
function refuseUnreadable(_request: unknown, _response: unknown, body: Buffer): void {
  if (body.length === 0) throw new Error('empty body');
  if (body.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK)) throw new Error('byte order mark');
}

function wrap(error: unknown): DrydockError {
  const type = error instanceof Error && 'type' in error ? String(error.type) : '';
  return new DrydockError(CODES[type] ?? 'internal_error', { cause: error });
}
