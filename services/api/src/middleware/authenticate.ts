import { createHash, timingSafeEqual } from 'node:crypto';
import { AuditActor } from '@drydock/contracts';
import { DrydockError } from '@drydock/core';
import type { Secret } from '@drydock/service-kit';
import type { RequestHandler, Response } from 'express';

/** Enough to tell keys apart in the audit log, and far too little to find one. */
const NAME_DIGITS = 12;

/** Lets through what carries the key. Digests are compared, so that neither content nor length is told by the time. */
export function authenticate(key: Secret): RequestHandler {
  const expected = digest(key.reveal());
  const caller: AuditActor = { type: 'caller', id: `key_${expected.toString('hex').slice(0, NAME_DIGITS)}` };
  return (request, response, next) => {
    const [, given = ''] = /^Bearer +(\S+) *$/i.exec(request.get('authorization') ?? '') ?? [];
    if (!timingSafeEqual(digest(given), expected)) throw new DrydockError('unauthorized');
    response.locals['caller'] = caller;
    next();
  };
}

/** Whose key a request carried. */
export function callerOf(response: Response): AuditActor {
  return AuditActor.parse(response.locals['caller']);
}

const digest = (text: string) => createHash('sha256').update(text).digest();
