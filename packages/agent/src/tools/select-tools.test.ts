import type { AgentStart, Stage } from '@drydock/contracts';
import { TOOL_ARGUMENTS, ToolDefinition } from '@drydock/contracts';
import { describe, expect, test } from 'vitest';
import { TOOL_DEFINITIONS } from './definitions.ts';
import { selectTools } from './select-tools.ts';

type Job = Parameters<typeof selectTools>[1];
const job: Job = { kind: 'fix', tools: ['code_interpreter'] };
const asking: AgentStart['network'] = { hosts: [], canAsk: true };

const LOOKS = ['exec_command', 'write_stdin', 'view_image'];

describe('selectTools', () => {
  test.each<[string, Stage, Job, string[]]>([
    ['explores and plans', 'planning', job, [...LOOKS, 'submit_plan']],
    [
      'works',
      'running',
      job,
      ['exec_command', 'write_stdin', 'apply_patch', 'view_image', 'update_plan', 'submit'],
    ],
    [
      'asks where there is somebody',
      'planning',
      { ...job, network: asking },
      ['exec_command', 'write_stdin', 'request_permissions', 'view_image', 'submit_plan'],
    ],
    [
      'does not ask where hosts are granted and nobody is there',
      'planning',
      { ...job, network: { hosts: ['a.test'], canAsk: false } },
      [...LOOKS, 'submit_plan'],
    ],
    [
      'changes nothing in a review',
      'running',
      { ...job, kind: 'review' },
      [...LOOKS, 'update_plan', 'submit'],
    ],
    [
      'has no shell, and nothing to ask for, where none is listed',
      'running',
      { ...job, tools: [], network: asking },
      ['update_plan', 'submit'],
    ],
  ])('%s', (_claim, stage, from, names) => {
    expect(selectTools(stage, from).map(({ name }) => name)).toEqual(names);
  });

  test('gives exec_command every argument that the worker reads only where there is somebody to ask', () => {
    const read = Object.keys(TOOL_ARGUMENTS.exec_command.shape);
    const [asked] = selectTools('running', { ...job, network: asking });
    const [alone] = selectTools('running', job);
    expect(alone).toBe(TOOL_DEFINITIONS.exec_command);
    expect(ToolDefinition.parse(asked)).toEqual({
      ...TOOL_DEFINITIONS.exec_command,
      parameters: {
        ...TOOL_DEFINITIONS.exec_command.parameters,
        properties: Object.fromEntries(read.map((name) => [name, expect.anything()])),
      },
    });
  });

  test('offers view_image to a model that can see', () => {
    const names = (from: Job) => selectTools('running', from).map(({ name }) => name);
    expect(names(job)).toContain('view_image');
    expect(names({ ...job, isBlind: true })).not.toContain('view_image');
  });
});
