import { DrydockError } from '@drydock/core';
import type { ScriptReply } from './job-scripts.ts';

const REFUSALS = ['queue_full', 'store_full'] as const;
/** A caller that comes back sooner than this only asks more often; one that waits longer leaves places empty. */
const MIN_WAIT_SECONDS = 1;
const MAX_WAIT_SECONDS = 60;

/** Throws `queue_full` or `store_full` with `details.retryAfterSeconds` where the script found no room for a job. */
export function assertAdmitted({ word, values }: ScriptReply): void {
  const refusal = REFUSALS.find((code) => code === word);
  if (refusal === undefined) return;
  const seconds = Math.ceil(Number(values[0]) / 1_000);
  const retryAfterSeconds = Math.min(Math.max(seconds, MIN_WAIT_SECONDS), MAX_WAIT_SECONDS);
  throw new DrydockError(refusal, { details: { retryAfterSeconds } });
}
