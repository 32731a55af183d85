import { DrydockError } from '@drydock/core';
import type { RequestHandler } from 'express';

/** What a known address answers to every method but these. */
export function methodNotAllowed(
  ...allowed: readonly ('GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE')[]
): RequestHandler {
  const allow = allowed.join(', ');
  return (_request, response) => {
    response.set('Allow', allow);
    throw new DrydockError('method_not_allowed', { message: `The address knows ${allow} alone.` });
  };
}
