import { TOOL_ARGUMENTS, ToolDefinition, ToolName } from '@drydock/contracts';
import { describe, expect, test } from 'vitest';
import { TOOL_DEFINITIONS } from './definitions.ts';

type DrydocksOwn = Exclude<ToolName, 'exec_command' | 'write_stdin' | 'request_permissions' | 'apply_patch'>;
/** What Codex models are trained on has arguments that are not told, and others that only look required. */
const TRAINED: readonly ToolName[] = ['exec_command', 'write_stdin', 'request_permissions', 'apply_patch'];
const DRYDOCKS_OWN = ToolName.options.filter((name): name is DrydocksOwn => !TRAINED.includes(name));

describe('TOOL_DEFINITIONS', () => {
  test.each(ToolName.options)('describes %s in a form the worker admits', (name) => {
    expect(ToolDefinition.parse(TOOL_DEFINITIONS[name])).toEqual(TOOL_DEFINITIONS[name]);
    expect(TOOL_DEFINITIONS[name].name).toBe(name);
  });

  test.each(DRYDOCKS_OWN)(
    'names the arguments that the worker reads of %s, required where it requires them',
    (name) => {
      const missing = TOOL_ARGUMENTS[name].safeParse({}).error?.issues.map((issue) => issue.path[0]) ?? [];
      expect(TOOL_DEFINITIONS[name].parameters).toEqual({
        type: 'object',
        additionalProperties: false,
        properties: Object.fromEntries(
          Object.keys(TOOL_ARGUMENTS[name].shape).map((field) => [field, expect.anything()]),
        ),
        required: missing,
      });
    },
  );

  test('asks for a reason with request_permissions, which people read and the worker can do without', () => {
    expect(TOOL_DEFINITIONS.request_permissions.parameters).toEqual({
      type: 'object',
      additionalProperties: false,
      properties: { permissions: expect.anything(), reason: expect.anything() },
      required: Object.keys(TOOL_ARGUMENTS.request_permissions.shape),
    });
  });
});
