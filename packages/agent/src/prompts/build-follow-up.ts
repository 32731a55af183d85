import type { AgentStart, TranscriptItem } from '@drydock/contracts';
import { buildTask } from './build-opening.ts';
import { PLANNING_ONLY, PLANNING_STAGE } from './stage-messages.ts';

type Before = NonNullable<AgentStart['followUp']>;

/** What the model is told where a new instruction follows what was said in the jobs before: one note, then the task. */
export function buildFollowUp(start: AgentStart, before: Before, shell: string): TranscriptItem[] {
  const stage = start.planOnly === true ? PLANNING_ONLY : PLANNING_STAGE;
  return [describeThread(before), stage, ...buildTask(start, shell)];
}

const PROOF: Readonly<Record<string, string>> = {
  true: ' Its change was verified: the checks ran on the base and on the change, outside of your reach.',
  false: ' Its change was not verified by the checks that ran outside of your reach.',
};

function describeThread({ status, verified }: Before): TranscriptItem {
  const text = `<follow_up>
The job before this one ended as ${status}.${PROOF[String(verified)] ?? ''} A new request follows in the same conversation, and what was asked before is over, but for what the new request takes up. The workspace is as it was left, in a new sandbox: commands that ran are gone with their session IDs, and so is what was outside the workspace. Your earlier changes are part of the result: it is all that differs from the base, and is checked as a whole. Plan anew.
</follow_up>`;
  return { type: 'message', role: 'developer', text };
}
