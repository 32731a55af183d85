import type { AgentStart } from '@drydock/contracts';
import { describe, expect, test } from 'vitest';
import { buildFollowUp } from './build-follow-up.ts';
import { PLANNING_STAGE } from './stage-messages.ts';

const start: AgentStart = {
  kind: 'test',
  instruction: 'now improve the tests',
  systemPrompt: 'Be brief.',
  tools: ['code_interpreter'],
  maxTurns: 5,
  workdir: '/job/work',
  date: '2026-01-01',
};

describe('buildFollowUp', () => {
  test('says what became of the job before, then the new task as a first one is said', () => {
    const [note, ...task] = buildFollowUp(start, { status: 'succeeded', verified: true }, 'bash');
    expect(note).toMatchObject({
      role: 'developer',
      text: expect.stringContaining('ended as succeeded. Its change was verified') as unknown,
    });
    expect(task).toMatchObject([
      PLANNING_STAGE,
      { role: 'developer', text: 'Be brief.' },
      { role: 'user', text: expect.stringContaining('<environment_context>') as unknown },
      { role: 'user', text: 'now improve the tests' },
    ]);
  });

  test.each([
    ['not verified', false, /was not verified/],
    ['nothing to verify', null, /ended as failed\. A new request/],
  ] as const)('tells of %s', (_what, verified, words) => {
    const [note] = buildFollowUp(start, { status: 'failed', verified }, 'bash');
    expect(note).toMatchObject({ text: expect.stringMatching(words) as unknown });
  });
});
