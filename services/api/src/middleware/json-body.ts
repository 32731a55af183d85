import type { ErrorCode } from '@drydock/contracts';
import { DrydockError } from '@drydock/core';
import express from 'express';
import type { RequestHandler } from 'express';

const JSON_TYPE = /^application\/json *(?:;|$)/i;

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
    verify: refuseEmpty,
  });
  return (request, response, next) => {
    if (!JSON_TYPE.test(request.get('content-type') ?? '')) throw new DrydockError('unsupported_media_type');
    parse(request, response, (error: unknown) => {
      if (error) return next(wrap(error));
      return next(request.body === undefined ? new DrydockError('malformed_json') : undefined);
    });
  };
}

/** Express would read an empty body as `{}`. */
function refuseEmpty(_request: unknown, _response: unknown, body: Buffer): void {
  if (body.length === 0) throw new Error('empty body');
}

function wrap(error: unknown): DrydockError {
  const type = error instanceof Error && 'type' in error ? String(error.type) : '';
  return new DrydockError(CODES[type] ?? 'internal_error', { cause: error });
}
