import type { Stage } from '@drydock/contracts';
import { ToolGroup, ToolName } from '@drydock/contracts';
import { describe, expect, it } from 'vitest';
import { decideToolCall } from './decide-tool-call.ts';
import { TOOL_RULES } from './tool-rules.ts';

const listed = ['code_interpreter'] as const;
const isShell = (name: ToolName): boolean => TOOL_RULES[name].group === 'code_interpreter';

describe('decideToolCall', () => {
  it.each<[string, Stage, 'function' | 'freeform', string]>([
    ['exec_command', 'planning', 'function', 'allow: listed'],
    ['exec_command', 'running', 'function', 'allow: listed'],
    ['apply_patch', 'planning', 'freeform', 'deny: not_in_stage'],
    ['apply_patch', 'running', 'freeform', 'allow: listed'],
    ['apply_patch', 'running', 'function', 'allow: listed'],
    ['exec_command', 'running', 'freeform', 'deny: wrong_form'],
    ['submit_plan', 'planning', 'function', 'allow: listed'],
    ['submit_plan', 'running', 'function', 'deny: not_in_stage'],
    ['submit', 'planning', 'function', 'deny: not_in_stage'],
    ['submit', 'running', 'function', 'allow: listed'],
    ['update_plan', 'running', 'function', 'allow: listed'],
    ['rm', 'running', 'function', 'deny: unknown_tool'],
    ['__proto__', 'running', 'function', 'deny: unknown_tool'],
  ])('%s while %s as %s → %s', (name, stage, form, expected) => {
    const { verdict, reason } = decideToolCall({ name, form }, { kind: 'fix', stage, listed });
    expect(`${verdict}: ${reason}`).toBe(expected);
  });

  it.each(['review', 'explain'] as const)(
    'lets a job of kind %s run, plan and submit, and never patch',
    (kind) => {
      const decide = (name: ToolName, stage: Stage): string => {
        const form = name === 'apply_patch' ? 'freeform' : 'function';
        const { verdict, reason } = decideToolCall({ name, form }, { kind, stage, listed });
        return `${name}: ${verdict}, ${reason}`;
      };
      const plain = ToolName.options.filter((name) => TOOL_RULES[name].group === null || isShell(name));
      expect(plain.map((name) => decide(name, 'running'))).toEqual([
        'exec_command: allow, listed',
        'write_stdin: allow, listed',
        'request_permissions: allow, listed',
        'apply_patch: deny, read_only_job',
        'view_image: allow, listed',
        'update_plan: allow, listed',
        'submit_plan: deny, not_in_stage',
        'submit: allow, listed',
      ]);
      expect(decide('apply_patch', 'planning')).toBe('apply_patch: deny, read_only_job');
    },
  );

  it.each(ToolName.options.filter((name) => TOOL_RULES[name].group !== null))(
    'has %s for a job that lists its group, and for no other',
    (name) => {
      const { group, form, stages } = TOOL_RULES[name];
      const decide = (groups: readonly ToolGroup[]) =>
        decideToolCall({ name, form }, { kind: 'fix', stage: stages[0] ?? 'running', listed: groups }).reason;
      expect(group === null ? [] : decide([group])).toBe('listed');
      expect(decide(ToolGroup.options.filter((other) => other !== group))).toBe('tool_not_listed');
    },
  );

  it('denies the shell to a job that does not list code_interpreter, and keeps submit', () => {
    const context = { kind: 'fix', stage: 'running', listed: [] } as const;
    expect(decideToolCall({ name: 'exec_command', form: 'function' }, context)).toMatchObject({
      verdict: 'deny',
      reason: 'tool_not_listed',
    });
    expect(decideToolCall({ name: 'submit', form: 'function' }, context)).toMatchObject({ verdict: 'allow' });
  });
});
