import type { ErrorRows } from './error-row.ts';

/** Drydock, or the machine below it: the operator acts. */
export const PLATFORM_ERRORS = {
  lease_lost: {
    httpStatus: 500,
    retryable: true,
    summary: 'The worker lost its lease on the attempt.',
    next: 'Nothing: the job is queued again.',
  },
  attempts_exhausted: {
    httpStatus: 500,
    retryable: false,
    summary: 'Every attempt was lost.',
    next: 'The operator looks at the worker logs; submit the job again.',
  },
  store_unavailable: {
    httpStatus: 503,
    retryable: true,
    summary: 'The job store does not answer.',
    next: 'Send the same request again after Retry-After.',
  },
  store_full: {
    httpStatus: 503,
    retryable: true,
    summary: 'The job store has no memory left for new jobs.',
    next: 'Send the same request again after Retry-After; the operator reads docs/runbook.md.',
  },
  store_misconfigured: {
    httpStatus: 503,
    retryable: false,
    summary: 'Redis could lose accepted jobs with its present settings.',
    next: 'The operator sets appendonly yes, appendfsync always, maxmemory-policy noeviction.',
  },
  engine_unavailable: {
    httpStatus: 503,
    retryable: true,
    summary: 'Docker Engine does not answer.',
    next: 'The operator checks Docker Engine.',
  },
  overloaded: {
    httpStatus: 503,
    retryable: true,
    summary: 'The server has as many open streams, or uploads under way, as it allows.',
    next: 'Send the same request again after Retry-After; the operator can raise DRYDOCK_API_MAX_STREAMS, DRYDOCK_API_MAX_UPLOADS.',
  },
  secrets_unavailable: {
    httpStatus: 503,
    retryable: false,
    summary: 'This installation cannot keep or open this secret.',
    next: 'The operator sets DRYDOCK_SECRETS_PUBLIC_KEY_FILE for the api and DRYDOCK_SECRETS_PRIVATE_KEY_FILE for workers (docs/secrets.md).',
  },
  sandbox_start_failed: {
    httpStatus: 500,
    retryable: true,
    summary: 'The sandbox could not be started.',
    next: 'The operator looks at the worker log.',
  },
  internal_error: {
    httpStatus: 500,
    retryable: true,
    summary: 'Something in Drydock broke.',
    next: 'Send the same request again; report the request id.',
  },
  checkpoint_refused: {
    httpStatus: 500,
    retryable: false,
    summary: 'The checkpoint is not one that this installation made for this job, or cannot be restored.',
    next: 'Submit the job anew; the operator looks at the worker log and at DRYDOCK_CHECKPOINT_KEY_FILE.',
  },
  tier_unavailable: {
    httpStatus: 503,
    retryable: false,
    summary: 'The tier needs a container runtime that this installation does not have.',
    next: 'The operator registers the runtime with Docker Engine, or names another in DRYDOCK_HIGH_TIER_RUNTIME.',
  },
  egress_unavailable: {
    httpStatus: 503,
    retryable: true,
    summary: 'The egress gateway does not answer.',
    next: 'The operator looks at the log of the monitor, which runs the gateway.',
  },
} as const satisfies ErrorRows;
