import type { ErrorCode, JobResult } from '@drydock/contracts';
import { JobKind } from '@drydock/contracts';
import type { TerminalState } from '@drydock/core';
import { DrydockError, NO_USAGE, changesFiles } from '@drydock/core';

/** What a job gets that is ended by a sweep: strings, ready for the scripts to write. */
type Ending = Readonly<Record<'reason' | 'result' | 'error' | 'finished', string>>;

type Endings = Readonly<Record<JobKind, Ending>>;

/** A job that no worker could end has no result of its own: a minimal one says so, by kind. */
function buildEndings(status: TerminalState, reason: ErrorCode | 'cancel_requested'): Endings {
  const error = reason === 'cancel_requested' ? null : new DrydockError(reason).toBody();
  const endingOf = (kind: JobKind): Ending => {
    const verified = changesFiles(kind) ? false : null;
    const result: JobResult = {
      verified,
      summary: null,
      plan: null,
      checks: null,
      patch_bytes: 0,
      usage: NO_USAGE,
      warnings: [],
    };
    return {
      reason,
      result: JSON.stringify(result),
      error: error === null ? '' : JSON.stringify(error),
      finished: JSON.stringify({ status, verified, error }),
    };
  };
  return Object.fromEntries(JobKind.options.map((kind) => [kind, endingOf(kind)])) as Endings;
}

/** By the state that they lead to, then by kind of job. */
export const ENDINGS = {
  failed: buildEndings('failed', 'attempts_exhausted'),
  timed_out: buildEndings('timed_out', 'deadline_exceeded'),
  cancelled: buildEndings('cancelled', 'cancel_requested'),
} as const;
