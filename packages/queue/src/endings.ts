import type { ErrorCode, JobResult } from '@drydock/contracts';
import { JobKind } from '@drydock/contracts';
import type { TerminalState } from '@drydock/core';
import { DrydockError, NO_USAGE } from '@drydock/core';

/** What a job gets that is ended by a sweep: strings, ready for the scripts to write. */
type Ending = Readonly<Record<'reason' | 'result' | 'error' | 'finished', string>>;

type Endings = Readonly<Record<JobKind, Ending>>;

/** A job that no worker could end has no result of its own: a minimal one says so, by kind. */
function buildEndings(code: ErrorCode, status: TerminalState): Endings {
  const error = new DrydockError(code).toBody();
  const endingOf = (kind: JobKind): Ending => {
    const verified = kind === 'review' || kind === 'explain' ? null : false;
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
      reason: code,
      result: JSON.stringify(result),
      error: JSON.stringify(error),
      finished: JSON.stringify({ status, verified, error }),
    };
  };
  return Object.fromEntries(JobKind.options.map((kind) => [kind, endingOf(kind)])) as Endings;
}

/** By error code, then by kind of job. */
export const ENDINGS = {
  attempts_exhausted: buildEndings('attempts_exhausted', 'failed'),
  deadline_exceeded: buildEndings('deadline_exceeded', 'timed_out'),
} as const;
