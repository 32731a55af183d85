import type { ErrorRows } from './error-row.ts';

/** The request or the job has to change. */
export const CALLER_ERRORS = {
  malformed_request: {
    httpStatus: 400,
    retryable: false,
    summary: 'The request is not HTTP that can be read.',
    next: 'Send HTTP/1.1.',
  },
  request_timeout: {
    httpStatus: 408,
    retryable: true,
    summary: 'The request did not arrive in time.',
    next: 'Send the same request again, faster.',
  },
  headers_too_large: {
    httpStatus: 431,
    retryable: false,
    summary: 'The address and the headers are larger than 16 KiB.',
    next: 'Send less; no setting raises it.',
  },
  method_not_allowed: {
    httpStatus: 405,
    retryable: false,
    summary: 'The address does not know this method.',
    next: 'Use a method of the header Allow.',
  },
  malformed_json: {
    httpStatus: 400,
    retryable: false,
    summary: 'The body is not JSON.',
    next: 'Send a JSON object.',
  },
  unsupported_media_type: {
    httpStatus: 415,
    retryable: false,
    summary: 'The content type is not accepted here.',
    next: 'Send application/json; for an upload application/gzip or application/x-git-bundle.',
  },
  body_too_large: {
    httpStatus: 413,
    retryable: false,
    summary: 'The body is larger than the limit.',
    next: 'Send less, or send the files to POST /v1/uploads, whose limit the operator raises with DRYDOCK_API_MAX_UPLOAD_MB.',
  },
  invalid_request: {
    httpStatus: 422,
    retryable: false,
    summary: 'A field has a wrong value.',
    next: 'Correct the fields named in `errors`.',
  },
  unknown_field: {
    httpStatus: 422,
    retryable: false,
    summary: 'The request has a field that Drydock does not know.',
    next: 'Remove the fields named in `errors`.',
  },
  idempotency_mismatch: {
    httpStatus: 422,
    retryable: false,
    summary: 'The Idempotency-Key was used with another body.',
    next: 'Send a new key with a new request, and the same body with the same key.',
  },
  tool_unavailable: {
    httpStatus: 422,
    retryable: false,
    summary: 'A listed tool is not available in this installation.',
    next: 'Remove it from `tools`.',
  },
  bad_source: {
    httpStatus: 422,
    retryable: false,
    summary: 'The source cannot be made into a repository.',
    next: 'Correct the source; the message and `errors` say where.',
  },
  source_unavailable: {
    httpStatus: 502,
    retryable: true,
    summary: 'The git server could not be reached, or did not serve the repository.',
    next: 'Check the git server, then submit the job again.',
  },
  unauthorized: {
    httpStatus: 401,
    retryable: false,
    summary: 'The request carries no valid key.',
    next: 'Send `Authorization: Bearer <key>`.',
  },
  not_found: {
    httpStatus: 404,
    retryable: false,
    summary: 'There is no such thing here.',
    next: 'Check the address and the id.',
  },
  not_ready: {
    httpStatus: 404,
    retryable: true,
    summary: 'It does not exist yet.',
    next: 'Ask again when the job has come further.',
  },
  job_finished: {
    httpStatus: 409,
    retryable: false,
    summary: 'The job has already ended.',
    next: 'Submit a new job.',
  },
  budget_exceeded: {
    httpStatus: 422,
    retryable: false,
    summary: 'A limit of the job was reached before the agent submitted.',
    next: 'Raise the limit that the message names (at most DRYDOCK_LIMIT_…_MAX of the operator), or narrow the instruction.',
  },
  deadline_exceeded: {
    httpStatus: 504,
    retryable: false,
    summary: 'The job did not end before its deadline.',
    next: 'Raise limits.timeout_seconds (at most DRYDOCK_LIMIT_TIMEOUT_SECONDS_MAX of the operator), or narrow the instruction.',
  },
  queue_full: {
    httpStatus: 429,
    retryable: true,
    summary: 'As many jobs wait as may wait.',
    next: 'Send the same request again after Retry-After.',
  },
  no_checkpoint: {
    httpStatus: 409,
    retryable: false,
    summary: 'The job cannot be continued.',
    next: 'Read the message; submit a new job.',
  },
  safe_mode: {
    httpStatus: 422,
    retryable: false,
    summary: 'The job came to privileged commands, which tier high does not go on with.',
    next: 'Read the warning; submit a new job with tool_use_approval.privileged where it was meant.',
  },
  too_many_secrets: {
    httpStatus: 409,
    retryable: false,
    summary: 'There are as many secrets as may be.',
    next: 'Delete one that is not needed; no setting raises it.',
  },
  no_recording: {
    httpStatus: 409,
    retryable: false,
    summary: 'The job has no recording that could be played.',
    next: 'Read the message; replay a job that has ended, has a transcript and began at its base.',
  },
  replay_diverged: {
    httpStatus: 409,
    retryable: false,
    summary: 'The same calls on the same tree came to something else than in the recording.',
    next: 'Read result.replay.divergence: what was recorded there, and what came now.',
  },
  replay_ended: {
    httpStatus: 409,
    retryable: false,
    summary:
      'All that was recorded was played and nothing differed; the recorded job ended without a submission.',
    next: 'Read how the recorded job ended.',
  },
  plan_not_approved: {
    httpStatus: 409,
    retryable: false,
    summary: 'Nobody approved the plan in time.',
    next: 'Read the plan in the result; submit the job again and answer its question, or submit it without plan_approval.',
  },
  approval_over: {
    httpStatus: 409,
    retryable: false,
    summary: 'The question was decided otherwise, or its time is over.',
    next: 'Read the job; where it asks again, answer the new question.',
  },
} as const satisfies ErrorRows;
