import type { JobKind, Stage, TranscriptItem } from '@drydock/contracts';
import { changesFiles } from '@drydock/core';

const developer = (text: string): TranscriptItem => ({ type: 'message', role: 'developer', text });
const user = (text: string): TranscriptItem => ({ type: 'message', role: 'user', text });

export const PLANNING_STAGE = developer(
  'You are in the planning stage. The workspace is read-only. Explore, then call submit_plan.',
);

/** Said first in a job that ends with its plan. */
export const PLANNING_ONLY = developer(
  'You are in the planning stage, and this job ends with it: the plan is the result, for a person who carries it out or has it carried out. The workspace is read-only. Explore until the plan can be followed without you, then call submit_plan.',
);

const WRITING_STAGE = developer(
  'Your plan was accepted and the workspace is writable now. Carry the plan out, check the result, and call submit.',
);
const READING_STAGE = developer(
  'Your plan was accepted. The workspace stays read-only: this job changes no file. Carry the plan out, check what you found, and call submit.',
);

/** Said when the plan was accepted: what is possible from now on. */
export function describeExecutionStage(kind: JobKind): TranscriptItem {
  return changesFiles(kind) ? WRITING_STAGE : READING_STAGE;
}

/** Said after a turn without a tool call. */
export const NUDGES: Readonly<Record<Stage, TranscriptItem>> = {
  planning: user('Nobody reads this. Go on with a tool call; when you know what to do, call submit_plan.'),
  running: user('Nobody reads this. Go on with a tool call; when the work is done and checked, call submit.'),
};

/** Said after a turn that was cut at its token limit. */
export const CONTINUE = developer(
  'Your last turn was cut at its token limit. Go on where it ended, in smaller steps.',
);
