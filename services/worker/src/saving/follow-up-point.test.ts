import type { Checkpoint, TranscriptItem, TranscriptLine } from '@drydock/contracts';
import { Digest, JobId } from '@drydock/contracts';
import { NO_USAGE } from '@drydock/core';
import { describe, expect, it } from 'vitest';
import type { Attempt } from '../attempt/attempt.ts';
import { toFollowUpPoint } from './follow-up-point.ts';

const plan = { steps: ['a'], files: [], checks: [], risks: [], assumptions: [] };
const checkpoint: Checkpoint = {
  jobId: JobId.parse('job_01ARZ3NDEKTSV4RRFFQ69G5FAV'),
  fence: 1,
  savedAt: '2026-01-01T00:00:00.000Z',
  base: { layer: 'l', sha: 's' },
  workspace: Digest.parse('a'.repeat(64)),
  transcript: Digest.parse('b'.repeat(64)),
  stage: 'running',
  plan,
  submission: { summary: 'done', changes: [] },
  turns: 2,
  usage: NO_USAGE,
};
const image = { mediaType: 'image/png', bytes: 1, sha256: 'c', data: 'AA==' } as const;
const reasoning: TranscriptItem = { type: 'reasoning', id: 'r', summary: [], encryptedContent: 'sealed' };
const call = (callId: string, name: string) =>
  ({ type: 'tool_call', call: { callId, name, input: '{}', form: 'function' } }) as const;
const output = { type: 'tool_output', callId: 'c1', form: 'function', output: 'seen', image } as const;
const ended = { type: 'turn_ended', turn: 1, status: 'completed', usage: NO_USAGE } as const;
const transcript: TranscriptLine[] = [
  reasoning,
  call('c1', 'view_image'),
  ended,
  output,
  { type: 'compacted', items: [reasoning, output] },
  call('c2', 'submit'),
  ended,
];

function follow(model: string, { vision = true, from = checkpoint } = {}) {
  const follow_up = { status: 'succeeded', verified: true, model: 'm' };
  const attempt = {
    job: { spec: { model, follow_up } },
    deps: { models: { describe: () => ({ vision }) } },
  } as unknown as Attempt;
  return toFollowUpPoint(attempt, { checkpoint: from, transcript });
}

describe('a job that follows another', () => {
  it('has its workspace and conversation, and a planning stage of its own', () => {
    expect(follow('m')).toEqual({
      checkpoint: { ...checkpoint, stage: 'planning', plan: null, submission: null },
      transcript,
      after: 'job',
      answers: new Map([['c2', 'Accepted. The job ended with this; what comes next is said below.']]),
      followUp: { status: 'succeeded', verified: true, model: 'm' },
    });
  });

  it('does not take a call for accepted that ended nothing', () => {
    expect(follow('m', { from: { ...checkpoint, submission: null } }).answers).toEqual(new Map());
  });

  it('shows another model no reasoning that is not its own, and a blind one no image', () => {
    const { image: _, ...said } = output;
    expect(follow('n').transcript).toEqual([
      call('c1', 'view_image'),
      ended,
      output,
      { type: 'compacted', items: [output] },
      call('c2', 'submit'),
      ended,
    ]);
    expect(follow('n', { vision: false }).transcript).toContainEqual({ type: 'compacted', items: [said] });
  });
});
