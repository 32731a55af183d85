import type { ErrorRows } from './error-row.ts';

/** The model, or its server, did not do its part. */
export const MODEL_ERRORS = {
  model_error: {
    httpStatus: 502,
    retryable: false,
    summary: 'The model server answered with an error.',
    next: 'Read the message; check the model name and the model server.',
  },
  model_auth: {
    httpStatus: 502,
    retryable: false,
    summary: 'The model server refused the key.',
    next: 'The operator must set a valid model key.',
  },
  model_unavailable: {
    httpStatus: 503,
    retryable: true,
    summary: 'The model server could not be reached.',
    next: 'Submit the job again later; the operator checks the model server.',
  },
  no_submission: {
    httpStatus: 502,
    retryable: false,
    summary: 'The agent ended without submitting a result.',
    next: 'Make the instruction more precise, or raise limits.max_turns.',
  },
} as const satisfies ErrorRows;
