import type { AgentResume, Stage, TranscriptItem } from '@drydock/contracts';

const AFTER: Readonly<Record<AgentResume['after'], string>> = {
  attempt: 'The attempt before this one ended early.',
  job: 'The job before this one ended, and this one continues it with limits of its own.',
};

const STAGES: Readonly<Record<Stage, string>> = {
  planning: 'You are in the planning stage, and the workspace is read-only. Explore, then call submit_plan.',
  running:
    'You are in the execution stage: your plan was accepted and the workspace is writable. Carry on, check the result, and call submit.',
};

/** What the model is told where a conversation goes on in another sandbox: one note, delimited. */
export function buildResumption({ stage, after }: AgentResume): TranscriptItem {
  const text = `<resumed_conversation>
${AFTER[after]} The workspace is as the conversation left it, in a new sandbox. Commands that ran are gone with their session IDs, and so is what was outside the workspace: start again what you need.
${STAGES[stage]}
</resumed_conversation>`;
  return { type: 'message', role: 'developer', text };
}
