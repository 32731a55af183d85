import { createHash, timingSafeEqual } from 'node:crypto';
import { DrydockError } from '@drydock/core';
import type { Secret } from '@drydock/service-kit';
import type { RequestHandler } from 'express';

/** Lets through what carries the key. Digests are compared, so that neither content nor length is told by the time. */
export function authenticate(key: Secret): RequestHandler {
  const expected = digest(key.reveal());
  return (request, _response, next) => {
    const [, given = ''] = /^Bearer +(\S+) *$/i.exec(request.get('authorization') ?? '') ?? [];
    if (!timingSafeEqual(digest(given), expected)) throw new DrydockError('unauthorized');
    next();
  };
}

const digest = (text: string) => createHash('sha256').update(text).digest();
