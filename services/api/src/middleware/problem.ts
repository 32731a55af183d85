import { DrydockError, ERROR_CATALOGUE, toDrydockError } from '@drydock/core';
import type { Logger } from '@drydock/service-kit';
import type { ErrorRequestHandler, RequestHandler } from 'express';
import { toProblem } from '../to-problem.ts';
import { requestIdOf } from './request-id.ts';

const RETRY_AFTER_SECONDS = 2;

/** What no route answers. The body is the same as that of an unknown job. */
export const notFound: RequestHandler = () => {
  throw new DrydockError('not_found');
};

/** The one place where an error becomes an answer: problem+json out of the catalogue, and a log line for our own. */
export function answerProblem(logger: Logger): ErrorRequestHandler {
  // oxlint-disable-next-line max-params -- Express knows an error handler by its four parameters
  return (cause: unknown, request, response, _next) => {
    const error = toRequestError(cause);
    const { httpStatus, retryable, blame } = ERROR_CATALOGUE[error.code];
    const requestId = requestIdOf(response);
    if (blame !== 'caller') logger.error('request.failed', { requestId, method: request.method, err: error });
    // Too late for an answer: the client sees that it was cut.
    if (response.headersSent) return void response.destroy();
    if (httpStatus === 401) response.set('WWW-Authenticate', 'Bearer realm="drydock"');
    if ((httpStatus === 503 || httpStatus === 429) && retryable) {
      response.set('Retry-After', retryAfterOf(error));
    }
    response
      .status(httpStatus)
      .set('Cache-Control', 'no-store')
      .type('application/problem+json')
      .send(JSON.stringify(toProblem(error, requestId)));
  };
}

/** What the error knows about when to come back, or a moment. */
function retryAfterOf({ details }: DrydockError): string {
  const seconds = details['retryAfterSeconds'];
  return String(typeof seconds === 'number' ? seconds : RETRY_AFTER_SECONDS);
}

/** A path that cannot be decoded names nothing. */
function toRequestError(cause: unknown): DrydockError {
  return cause instanceof URIError ? new DrydockError('not_found', { cause }) : toDrydockError(cause);
}
