import type { DrydockError } from '@drydock/core';
import { ERROR_CATALOGUE } from '@drydock/core';
import { Problem } from '@drydock/contracts';

/** Builds the problem document of an error. What the platform broke is told by its catalogue row alone: the message
 * of an adapter is for the log. */
export function toProblem(error: DrydockError, requestId: string): Problem {
  const { httpStatus, summary, next, blame } = ERROR_CATALOGUE[error.code];
  const errors = Problem.shape.errors.safeParse(error.details['errors']).data;
  return {
    type: `urn:drydock:error:${error.code}`,
    title: summary,
    status: httpStatus,
    code: error.code,
    detail: blame === 'platform' ? `${summary} ${next}` : `${error.message} ${next}`,
    ...(errors && { errors }),
    request_id: requestId,
  };
}
