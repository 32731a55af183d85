import type { ErrorRows } from './error-row.ts';

/** What ran inside a sandbox broke, or cannot be trusted. */
export const SANDBOX_ERRORS = {
  sandbox_lost: {
    httpStatus: 500,
    retryable: true,
    summary: 'The sandbox ended before the attempt did.',
    next: 'Submit the job again; raise limits.memory_mb if it repeats.',
  },
  sandbox_policy_violation: {
    httpStatus: 500,
    retryable: false,
    summary: 'The container departed from its policy while it ran, and the monitor ended it.',
    next: 'The operator looks for who changed it: the event `sandbox.drifted` says what was changed.',
  },
  protocol_error: {
    httpStatus: 500,
    retryable: false,
    summary: 'The agent process broke the frame protocol.',
    next: 'Nothing was accepted from it; submit the job again.',
  },
  patch_rejected: {
    httpStatus: 500,
    retryable: false,
    summary: 'The patch touches a path that no patch may touch, or does not apply.',
    next: 'Read the message; submit the job again.',
  },
  verification_failed: {
    httpStatus: 500,
    retryable: false,
    summary: 'The checks could not be run to their end.',
    next: 'Read the message; check `checks`, limits.timeout_seconds, limits.memory_mb and limits.disk_mb.',
  },
} as const satisfies ErrorRows;
