import type { JobState } from '@drydock/contracts';

/**
 * Every transition of a job's state (contract.md). One Lua script, `transition`, is the only door; it is given this
 * table by the queue package, so that there is one table and not two.
 */
export const TRANSITIONS = {
  queued: ['starting', 'cancelled', 'timed_out'],
  starting: ['planning', 'queued', 'failed', 'cancelled', 'timed_out'],
  planning: [
    'running',
    'awaiting_approval',
    'queued',
    'failed',
    'cancelled',
    'timed_out',
    'safe_mode',
    'checkpointed',
  ],
  running: [
    'awaiting_approval',
    'verifying',
    'queued',
    'failed',
    'cancelled',
    'timed_out',
    'safe_mode',
    'checkpointed',
  ],
  awaiting_approval: ['planning', 'running', 'queued', 'failed', 'cancelled', 'timed_out'],
  verifying: ['succeeded', 'queued', 'failed', 'cancelled', 'timed_out'],
  succeeded: [],
  failed: [],
  cancelled: [],
  timed_out: [],
  checkpointed: [],
  safe_mode: [],
} as const satisfies Record<JobState, readonly JobState[]>;

/** The states in which a job is over. */
export type TerminalState = {
  [State in JobState]: (typeof TRANSITIONS)[State] extends readonly [] ? State : never;
}[JobState];

/** Attempts a job gets before it fails with `attempts_exhausted`. */
export const MAX_ATTEMPTS = 3;

export function isTerminal(state: JobState): state is TerminalState {
  return TRANSITIONS[state].length === 0;
}

export function canTransition(from: JobState, to: JobState): boolean {
  return (TRANSITIONS[from] as readonly JobState[]).includes(to);
}
