import { describe, expect, it } from 'vitest';
import type { RecordedStep } from './recording.ts';
import { findRecordedPlanAnswer } from './recorded-plan-answer.ts';

const steps = (output: string): RecordedStep[] => [
  { kind: 'end', before: [{ type: 'tool_output', callId: 'c1', form: 'function', output }] },
];
const PLAN = { tool: 'submit_plan', call_id: 'c1' };

describe('findRecordedPlanAnswer', () => {
  it.each([
    ['Plan accepted', { kind: 'approved' }],
    [
      'Not done (plan_denied). A person read the plan and did not agree. They said: "Smaller, \\"please\\".". Submit another.',
      { kind: 'denied', reason: 'Smaller, "please".' },
    ],
    [
      'Not done (plan_denied). A person read the plan and did not agree. Submit another.',
      { kind: 'denied', reason: null },
    ],
  ])('reads %j', (output, answer) => {
    expect(findRecordedPlanAnswer(steps(output), PLAN)).toEqual(answer);
  });

  it('answers for no command, and for no plan that nobody answered', () => {
    expect(findRecordedPlanAnswer(steps('ok'), { ...PLAN, tool: 'exec_command' })).toBeUndefined();
    expect(findRecordedPlanAnswer(steps('ok'), { ...PLAN, call_id: 'c2' })).toBeUndefined();
  });
});
