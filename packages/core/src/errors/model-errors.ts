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
  model_timeout: {
    httpStatus: 504,
    retryable: true,
    summary: 'The model server fell silent, again and again.',
    next: 'Submit the job again later; the operator can raise DRYDOCK_MODEL_IDLE_SECONDS.',
  },
  model_rate_limited: {
    httpStatus: 503,
    retryable: true,
    summary: 'The model server takes no more requests for now.',
    next: 'Submit the job again later; the operator can lower DRYDOCK_WORKER_CONCURRENCY.',
  },
  model_quota_exhausted: {
    httpStatus: 502,
    retryable: false,
    summary: 'The account at the model server has no credit left.',
    next: 'The operator adds credit at the model server, then submit the job again.',
  },
  model_not_found: {
    httpStatus: 502,
    retryable: false,
    summary: 'The model server does not have this model, or not this API.',
    next: 'Correct `model`; the operator checks DRYDOCK_MODEL_BASE_URL and DRYDOCK_MODEL_API.',
  },
  model_refused: {
    httpStatus: 502,
    retryable: false,
    summary: 'The model refused to go on.',
    next: 'Read its words in the message; change the instruction, or choose another model.',
  },
  model_content_filtered: {
    httpStatus: 502,
    retryable: false,
    summary: 'A content filter of the model server stopped the request or the answer.',
    next: 'Change the instruction or what the repository shows to the model, or choose another model.',
  },
  model_context_overflow: {
    httpStatus: 502,
    retryable: false,
    summary: 'The conversation is longer than the model can read.',
    next: 'Ask for less in one job, or choose a model with a larger context.',
  },
  model_bad_answer: {
    httpStatus: 502,
    retryable: false,
    summary: 'The model server answered with something that is not of the shape of its API, or too large.',
    next: 'The operator checks the model server and DRYDOCK_MODEL_API.',
  },
  model_price_unknown: {
    httpStatus: 422,
    retryable: false,
    summary: 'limits.max_cost_usd cannot be kept: no price of this model is known.',
    next: 'Leave limits.max_cost_usd out; or the operator gives the price in DRYDOCK_MODELS_FILE (docs/models.md).',
  },
  agent_stuck: {
    httpStatus: 422,
    retryable: false,
    summary: 'The agent repeated the same call with the same result until it was stopped.',
    next: 'Read the transcript; narrow the instruction, or continue the job from its checkpoint with another model.',
  },
  no_submission: {
    httpStatus: 502,
    retryable: false,
    summary: 'The agent ended without submitting a result.',
    next: 'Make the instruction more precise, or raise limits.max_turns.',
  },
} as const satisfies ErrorRows;
