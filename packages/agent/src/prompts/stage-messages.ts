import type { Stage, TranscriptItem } from '@drydock/contracts';

const developer = (text: string): TranscriptItem => ({ type: 'message', role: 'developer', text });
const user = (text: string): TranscriptItem => ({ type: 'message', role: 'user', text });

export const PLANNING_STAGE = developer(
  'You are in the planning stage. The workspace is read-only. Explore, then call submit_plan.',
);

export const EXECUTION_STAGE = developer(
  'Your plan was accepted and the workspace is writable now. Carry the plan out, check the result, and call submit.',
);

/** Said after a turn without a tool call. */
export const NUDGES: Readonly<Record<Stage, TranscriptItem>> = {
  planning: user('Nobody reads this. Go on with a tool call; when you know what to do, call submit_plan.'),
  running: user('Nobody reads this. Go on with a tool call; when the work is done and checked, call submit.'),
};

/** Said after a turn that was cut at its token limit. */
export const CONTINUE = developer(
  'Your last turn was cut at its token limit. Go on where it ended, in smaller steps.',
);
