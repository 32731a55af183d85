import { createHash } from 'node:crypto';
import type { IdempotentRequest } from '@drydock/core';
import { DrydockError } from '@drydock/core';

/** Printable ASCII, as a header can carry it unharmed. */
const KEY = /^[\x20-\x7e]{1,255}$/;

/**
 * What a caller's Idempotency-Key makes of a request; undefined where it sent none. The digest is of the body as it was
 * sent and not of what defaults make of it: a server of another version has to come to the same. Throws
 * `invalid_request` for a key that is none.
 */
export function toIdempotentRequest(key: string | undefined, body: unknown): IdempotentRequest | undefined {
  if (key === undefined) return undefined;
  if (!KEY.test(key)) {
    throw new DrydockError('invalid_request', {
      message: 'The Idempotency-Key is not 1 to 255 printable ASCII characters.',
    });
  }
  return { key, digest: createHash('sha256').update(JSON.stringify(body, sortKeys)).digest('hex') };
}

/** The order of keys and the white space between them do not make another request. */
function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
