import type { ErrorCode, JobState, Submission } from '@drydock/contracts';
import { DrydockError } from '../errors.ts';
import type { LimitKind } from './budget.ts';

/** The typed end of the agent's part of an attempt. What can be expected is a value, not an exception. */
export type Outcome =
  | { readonly kind: 'submitted'; readonly submission: Submission }
  | { readonly kind: 'budget_exhausted'; readonly limit: LimitKind }
  | { readonly kind: 'timed_out' }
  | { readonly kind: 'cancelled' }
  /** The tool calls of one turn took longer than a slice. */
  | { readonly kind: 'checkpointed' }
  /** Tier high came to something privileged: nothing of it is carried out or handed over. */
  | { readonly kind: 'safe_mode'; readonly message: string }
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly message: string };

/** The state that an outcome leads to. A submission still has to be verified. */
export function toJobState(
  outcome: Outcome,
): Extract<JobState, 'verifying' | 'failed' | 'timed_out' | 'cancelled' | 'checkpointed' | 'safe_mode'> {
  switch (outcome.kind) {
    case 'submitted':
      return 'verifying';
    case 'budget_exhausted':
    case 'failed':
      return 'failed';
    case 'timed_out':
      return 'timed_out';
    case 'cancelled':
      return 'cancelled';
    case 'checkpointed':
      return 'checkpointed';
    case 'safe_mode':
      return 'safe_mode';
  }
}

/** The error that a terminal job carries for this outcome; undefined where nothing went wrong. */
export function toError(outcome: Outcome): DrydockError | undefined {
  switch (outcome.kind) {
    case 'submitted':
    case 'cancelled':
    case 'checkpointed':
      return undefined;
    case 'safe_mode':
      return new DrydockError('safe_mode', { message: outcome.message });
    case 'timed_out':
      return new DrydockError('deadline_exceeded');
    case 'budget_exhausted':
      return new DrydockError('budget_exceeded', {
        message: `The job reached limits.${outcome.limit} before the agent submitted.`,
      });
    case 'failed':
      return new DrydockError(outcome.code, { message: outcome.message });
  }
}
