import type { JobId } from '@drydock/contracts';

/** The signal of a caller that never gives up. */
export const NEVER = new AbortController().signal;

export const pathOf = (jobId: JobId): string => `/v1/jobs/${encodeURIComponent(jobId)}`;
