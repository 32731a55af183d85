import type { Stage } from '@drydock/contracts';
import { describe, expect, it } from 'vitest';
import { decideToolCall } from './decide-tool-call.ts';

const listed = ['code_interpreter'] as const;

describe('decideToolCall', () => {
  it.each<[string, Stage, 'function' | 'freeform', string]>([
    ['exec_command', 'planning', 'function', 'allow: listed'],
    ['exec_command', 'running', 'function', 'allow: listed'],
    ['apply_patch', 'planning', 'freeform', 'deny: not_in_stage'],
    ['apply_patch', 'running', 'freeform', 'allow: listed'],
    ['apply_patch', 'running', 'function', 'deny: wrong_form'],
    ['submit_plan', 'planning', 'function', 'allow: listed'],
    ['submit_plan', 'running', 'function', 'deny: not_in_stage'],
    ['submit', 'planning', 'function', 'deny: not_in_stage'],
    ['submit', 'running', 'function', 'allow: listed'],
    ['update_plan', 'running', 'function', 'allow: listed'],
    ['rm', 'running', 'function', 'deny: unknown_tool'],
    ['__proto__', 'running', 'function', 'deny: unknown_tool'],
  ])('%s while %s as %s → %s', (name, stage, form, expected) => {
    const { verdict, reason } = decideToolCall({ name, form }, { stage, listed });
    expect(`${verdict}: ${reason}`).toBe(expected);
  });

  it('denies the shell to a job that does not list code_interpreter, and keeps submit', () => {
    const context = { stage: 'running', listed: [] } as const;
    expect(decideToolCall({ name: 'exec_command', form: 'function' }, context)).toMatchObject({
      verdict: 'deny',
      reason: 'tool_not_listed',
    });
    expect(decideToolCall({ name: 'submit', form: 'function' }, context)).toMatchObject({ verdict: 'allow' });
  });
});
