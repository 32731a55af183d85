import type { Blame, ErrorBody, ErrorCode } from '@drydock/contracts';

interface CatalogueRow {
  readonly blame: Blame;
  /** Whether a new attempt (platform, sandbox) or the same request again (caller) can succeed. */
  readonly retryable: boolean;
  readonly httpStatus: number;
  /** One sentence for people. */
  readonly summary: string;
  /** What to do next. */
  readonly next: string;
}

/** Every error code, once. `docs/errors.md` is generated from this table. */
export const ERROR_CATALOGUE = {
  malformed_request: {
    blame: 'caller',
    httpStatus: 400,
    retryable: false,
    summary: 'The request is not HTTP that can be read.',
    next: 'Send HTTP/1.1.',
  },
  request_timeout: {
    blame: 'caller',
    httpStatus: 408,
    retryable: true,
    summary: 'The request did not arrive in time.',
    next: 'Send the same request again, faster.',
  },
  headers_too_large: {
    blame: 'caller',
    httpStatus: 431,
    retryable: false,
    summary: 'The address and the headers are larger than 16 KiB.',
    next: 'Send less; no setting raises it.',
  },
  method_not_allowed: {
    blame: 'caller',
    httpStatus: 405,
    retryable: false,
    summary: 'The address does not know this method.',
    next: 'Use a method of the header Allow.',
  },
  malformed_json: {
    blame: 'caller',
    httpStatus: 400,
    retryable: false,
    summary: 'The body is not JSON.',
    next: 'Send a JSON object.',
  },
  unsupported_media_type: {
    blame: 'caller',
    httpStatus: 415,
    retryable: false,
    summary: 'The content type is not accepted here.',
    next: 'Send application/json; for an upload application/gzip or application/x-git-bundle.',
  },
  body_too_large: {
    blame: 'caller',
    httpStatus: 413,
    retryable: false,
    summary: 'The body is larger than the limit.',
    next: 'Send less, or send the files to POST /v1/uploads, whose limit the operator raises with DRYDOCK_API_MAX_UPLOAD_MB.',
  },
  invalid_request: {
    blame: 'caller',
    httpStatus: 422,
    retryable: false,
    summary: 'A field has a wrong value.',
    next: 'Correct the fields named in `errors`.',
  },
  unknown_field: {
    blame: 'caller',
    httpStatus: 422,
    retryable: false,
    summary: 'The request has a field that Drydock does not know.',
    next: 'Remove the fields named in `errors`.',
  },
  idempotency_mismatch: {
    blame: 'caller',
    httpStatus: 422,
    retryable: false,
    summary: 'The Idempotency-Key was used with another body.',
    next: 'Send a new key with a new request, and the same body with the same key.',
  },
  tool_unavailable: {
    blame: 'caller',
    httpStatus: 422,
    retryable: false,
    summary: 'A listed tool is not available in this installation.',
    next: 'Remove it from `tools`.',
  },
  bad_source: {
    blame: 'caller',
    httpStatus: 422,
    retryable: false,
    summary: 'The source cannot be made into a repository.',
    next: 'Correct the source; the message and `errors` say where.',
  },
  source_unavailable: {
    blame: 'caller',
    httpStatus: 502,
    retryable: true,
    summary: 'The git server could not be reached, or did not serve the repository.',
    next: 'Check the git server, then submit the job again.',
  },
  unauthorized: {
    blame: 'caller',
    httpStatus: 401,
    retryable: false,
    summary: 'The request carries no valid key.',
    next: 'Send `Authorization: Bearer <key>`.',
  },
  not_found: {
    blame: 'caller',
    httpStatus: 404,
    retryable: false,
    summary: 'There is no such thing here.',
    next: 'Check the address and the id.',
  },
  not_ready: {
    blame: 'caller',
    httpStatus: 404,
    retryable: true,
    summary: 'It does not exist yet.',
    next: 'Ask again when the job has come further.',
  },
  job_finished: {
    blame: 'caller',
    httpStatus: 409,
    retryable: false,
    summary: 'The job has already ended.',
    next: 'Submit a new job.',
  },
  model_error: {
    blame: 'model',
    httpStatus: 502,
    retryable: false,
    summary: 'The model server answered with an error.',
    next: 'Read the message; check the model name and the model server.',
  },
  model_auth: {
    blame: 'model',
    httpStatus: 502,
    retryable: false,
    summary: 'The model server refused the key.',
    next: 'The operator must set a valid model key.',
  },
  model_unavailable: {
    blame: 'model',
    httpStatus: 503,
    retryable: true,
    summary: 'The model server could not be reached.',
    next: 'Submit the job again later; the operator checks the model server.',
  },
  no_submission: {
    blame: 'model',
    httpStatus: 502,
    retryable: false,
    summary: 'The agent ended without submitting a result.',
    next: 'Make the instruction more precise, or raise limits.max_turns.',
  },
  budget_exceeded: {
    blame: 'caller',
    httpStatus: 422,
    retryable: false,
    summary: 'A limit of the job was reached before the agent submitted.',
    next: 'Raise the limit that the message names (at most DRYDOCK_LIMIT_…_MAX of the operator), or narrow the instruction.',
  },
  sandbox_lost: {
    blame: 'sandbox',
    httpStatus: 500,
    retryable: true,
    summary: 'The sandbox ended before the attempt did.',
    next: 'Submit the job again; raise limits.memory_mb if it repeats.',
  },
  protocol_error: {
    blame: 'sandbox',
    httpStatus: 500,
    retryable: false,
    summary: 'The agent process broke the frame protocol.',
    next: 'Nothing was accepted from it; submit the job again.',
  },
  patch_rejected: {
    blame: 'sandbox',
    httpStatus: 500,
    retryable: false,
    summary: 'The patch touches a path that no patch may touch, or does not apply.',
    next: 'Read the message; submit the job again.',
  },
  verification_failed: {
    blame: 'sandbox',
    httpStatus: 500,
    retryable: false,
    summary: 'The checks could not be run to their end.',
    next: 'Read the message; check `checks`, limits.timeout_seconds, limits.memory_mb and limits.disk_mb.',
  },
  deadline_exceeded: {
    blame: 'caller',
    httpStatus: 504,
    retryable: false,
    summary: 'The job did not end before its deadline.',
    next: 'Raise limits.timeout_seconds (at most DRYDOCK_LIMIT_TIMEOUT_SECONDS_MAX of the operator), or narrow the instruction.',
  },
  lease_lost: {
    blame: 'platform',
    httpStatus: 500,
    retryable: true,
    summary: 'The worker lost its lease on the attempt.',
    next: 'Nothing: the job is queued again.',
  },
  attempts_exhausted: {
    blame: 'platform',
    httpStatus: 500,
    retryable: false,
    summary: 'Every attempt was lost.',
    next: 'The operator looks at the worker logs; submit the job again.',
  },
  store_unavailable: {
    blame: 'platform',
    httpStatus: 503,
    retryable: true,
    summary: 'The job store does not answer.',
    next: 'Send the same request again after Retry-After.',
  },
  store_misconfigured: {
    blame: 'platform',
    httpStatus: 503,
    retryable: false,
    summary: 'Redis could lose accepted jobs with its present settings.',
    next: 'The operator sets appendonly yes, appendfsync always, maxmemory-policy noeviction.',
  },
  engine_unavailable: {
    blame: 'platform',
    httpStatus: 503,
    retryable: true,
    summary: 'Docker Engine does not answer.',
    next: 'The operator checks Docker Engine.',
  },
  overloaded: {
    blame: 'platform',
    httpStatus: 503,
    retryable: true,
    summary: 'The server has as many open streams, or uploads under way, as it allows.',
    next: 'Send the same request again after Retry-After; the operator can raise DRYDOCK_API_MAX_STREAMS, DRYDOCK_API_MAX_UPLOADS.',
  },
  sandbox_start_failed: {
    blame: 'platform',
    httpStatus: 500,
    retryable: true,
    summary: 'The sandbox could not be started.',
    next: 'The operator looks at the worker log.',
  },
  internal_error: {
    blame: 'platform',
    httpStatus: 500,
    retryable: true,
    summary: 'Something in Drydock broke.',
    next: 'Send the same request again; report the request id.',
  },
} as const satisfies Record<ErrorCode, CatalogueRow>;

interface DrydockErrorOptions {
  /** What happened, for people: no stack, no host, no secret. */
  readonly message?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** The one error class. Its code picks everything else from the catalogue. */
export class DrydockError extends Error {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, options: DrydockErrorOptions = {}) {
    super(options.message ?? ERROR_CATALOGUE[code].summary, { cause: options.cause });
    this.name = 'DrydockError';
    this.code = code;
    this.details = options.details ?? {};
  }

  get blame(): Blame {
    return ERROR_CATALOGUE[this.code].blame;
  }

  /** The form that jobs, events and problems carry. */
  toBody(): ErrorBody {
    return {
      code: this.code,
      message: `${this.message} ${ERROR_CATALOGUE[this.code].next}`,
      blame: this.blame,
    };
  }
}

/** Gives back a DrydockError as it is and wraps anything else as `internal_error`. */
export function toDrydockError(error: unknown): DrydockError {
  return error instanceof DrydockError ? error : new DrydockError('internal_error', { cause: error });
}
