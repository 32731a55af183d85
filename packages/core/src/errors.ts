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

const row = (
  blame: Blame,
  httpStatus: number,
  retryable: boolean,
  summary: string,
  next: string,
): CatalogueRow => ({
  blame,
  httpStatus,
  retryable,
  summary,
  next,
});

/** Every error code, once. `docs/errors.md` is generated from this table. */
export const ERROR_CATALOGUE = {
  malformed_json: row('caller', 400, false, 'The body is not JSON.', 'Send a JSON object.'),
  unsupported_media_type: row(
    'caller',
    415,
    false,
    'The content type is not accepted here.',
    'Send application/json.',
  ),
  body_too_large: row(
    'caller',
    413,
    false,
    'The body is larger than the limit.',
    'Send less, or raise the operator limit.',
  ),
  invalid_request: row(
    'caller',
    422,
    false,
    'A field has a wrong value.',
    'Correct the fields named in `errors`.',
  ),
  unknown_field: row(
    'caller',
    422,
    false,
    'The request has a field that Drydock does not know.',
    'Remove the fields named in `errors`.',
  ),
  tool_unavailable: row(
    'caller',
    422,
    false,
    'A listed tool is not available in this installation.',
    'Remove it from `tools`.',
  ),
  bad_source: row(
    'caller',
    422,
    false,
    'The source cannot be made into a repository.',
    'Correct the paths or contents named in `errors`.',
  ),
  unauthorized: row(
    'caller',
    401,
    false,
    'The request carries no valid key.',
    'Send `Authorization: Bearer <key>`.',
  ),
  not_found: row('caller', 404, false, 'There is no such thing here.', 'Check the address and the id.'),
  not_ready: row('caller', 404, true, 'It does not exist yet.', 'Ask again when the job has come further.'),
  job_finished: row('caller', 409, false, 'The job has already ended.', 'Submit a new job.'),
  model_error: row(
    'model',
    502,
    false,
    'The model server answered with an error.',
    'Read the message; check the model name and the model server.',
  ),
  model_auth: row(
    'model',
    502,
    false,
    'The model server refused the key.',
    'The operator must set a valid model key.',
  ),
  model_unavailable: row(
    'model',
    503,
    true,
    'The model server could not be reached.',
    'Submit the job again later; the operator checks the model server.',
  ),
  no_submission: row(
    'model',
    502,
    false,
    'The agent ended without submitting a result.',
    'Make the instruction more precise, or raise the limits.',
  ),
  budget_exceeded: row(
    'caller',
    422,
    false,
    'A limit of the job was reached before the agent submitted.',
    'Raise the limit named in the message, or narrow the instruction.',
  ),
  sandbox_lost: row(
    'sandbox',
    500,
    true,
    'The sandbox ended before the attempt did.',
    'Submit the job again; look at memory_mb if it repeats.',
  ),
  protocol_error: row(
    'sandbox',
    500,
    false,
    'The agent process broke the frame protocol.',
    'Nothing was accepted from it; submit the job again.',
  ),
  patch_rejected: row(
    'sandbox',
    500,
    false,
    'The patch touches a path that no patch may touch, or does not apply.',
    'Read the message; submit the job again.',
  ),
  verification_failed: row(
    'sandbox',
    500,
    false,
    'The checks could not be run to their end.',
    'Read the message; check `checks` and the limits.',
  ),
  deadline_exceeded: row(
    'caller',
    504,
    false,
    'The job did not end before its deadline.',
    'Raise limits.timeout_seconds, or narrow the instruction.',
  ),
  lease_lost: row(
    'platform',
    500,
    true,
    'The worker lost its lease on the attempt.',
    'Nothing: the job is queued again.',
  ),
  attempts_exhausted: row(
    'platform',
    500,
    false,
    'Every attempt was lost.',
    'The operator looks at the worker logs; submit the job again.',
  ),
  store_unavailable: row(
    'platform',
    503,
    true,
    'The job store does not answer.',
    'Send the same request again after Retry-After.',
  ),
  store_misconfigured: row(
    'platform',
    503,
    false,
    'Redis could lose accepted jobs with its present settings.',
    'The operator sets appendonly yes, appendfsync always, maxmemory-policy noeviction.',
  ),
  engine_unavailable: row(
    'platform',
    503,
    true,
    'Docker Engine does not answer.',
    'The operator checks Docker Engine.',
  ),
  overloaded: row(
    'platform',
    503,
    true,
    'The server has as many open streams as it allows.',
    'Send the same request again after Retry-After.',
  ),
  sandbox_start_failed: row(
    'platform',
    500,
    true,
    'The sandbox could not be started.',
    'The operator looks at the worker log.',
  ),
  internal_error: row(
    'platform',
    500,
    true,
    'Something in Drydock broke.',
    'Send the same request again; report the request id.',
  ),
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
