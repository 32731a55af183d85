import { z } from 'zod';
import { HttpMethod } from './approval.ts';
import { HostPattern } from './host-pattern.ts';
import { Plan, PlanUpdate, Submission } from './plan.ts';

/** What a job may list in `tools`; a tool that is not listed does not exist for the job. */
export const ToolGroup = z.enum([
  'code_interpreter',
  'web_browser',
  'repo_browser',
  'test_runner',
  'linter',
  'deployment_sandbox',
  'retrieval',
]);
export type ToolGroup = z.infer<typeof ToolGroup>;

/** The groups that this version can serve; the others are refused with `tool_unavailable`. */
export const BUILT_TOOL_GROUPS: readonly ToolGroup[] = ['code_interpreter'];

/** Tools as the model calls them. */
export const ToolName = z.enum([
  'exec_command',
  'write_stdin',
  'apply_patch',
  'update_plan',
  'request_permissions',
  'submit_plan',
  'submit',
]);
export type ToolName = z.infer<typeof ToolName>;

/** What the model may ask a person for: hosts to reach. Field names of Codex models; `hosts` and `methods` are Drydock's. */
const NetworkPermission = z.object({
  enabled: z.boolean().default(true),
  hosts: z.array(HostPattern).max(32).default([]),
  methods: z.array(HttpMethod).max(7).default([]),
});
const Permissions = z.object({ network: NetworkPermission.optional() });

const Justification = z.string().max(2_000).optional();

/** Arguments of `request_permissions`. */
export const RequestPermissionsArgs = z.object({ permissions: Permissions, reason: Justification });
export type RequestPermissionsArgs = z.infer<typeof RequestPermissionsArgs>;

/** Arguments of `exec_command`, the field names Codex models are trained on. */
export const ExecCommandArgs = z.object({
  cmd: z.string().min(1).max(65_536),
  workdir: z.string().max(4_096).optional(),
  /** Known to Codex models; there are no terminals here, so that `true` is refused. */
  tty: z.boolean().optional(),
  keep_stdin_open: z.boolean().optional(),
  yield_time_ms: z.number().int().nonnegative().optional(),
  max_output_tokens: z.number().int().positive().optional(),
  sandbox_permissions: z
    .enum(['use_default', 'with_additional_permissions', 'require_escalated'])
    .default('use_default'),
  additional_permissions: Permissions.optional(),
  justification: Justification,
});
export type ExecCommandArgs = z.infer<typeof ExecCommandArgs>;

/** Arguments of `write_stdin`, as Codex models know it. */
export const WriteStdinArgs = z.object({
  session_id: z.number().int(),
  /** Empty: only wait for more output. */
  chars: z.string().max(65_536).default(''),
  yield_time_ms: z.number().int().nonnegative().optional(),
  max_output_tokens: z.number().int().positive().optional(),
});
export type WriteStdinArgs = z.infer<typeof WriteStdinArgs>;

/** Arguments per tool. `apply_patch` is freeform: its whole input is the patch text. */
export const TOOL_ARGUMENTS = {
  exec_command: ExecCommandArgs,
  write_stdin: WriteStdinArgs,
  apply_patch: z.string().min(1).max(900_000),
  update_plan: PlanUpdate,
  request_permissions: RequestPermissionsArgs,
  submit_plan: Plan,
  submit: Submission,
} as const satisfies Record<ToolName, z.ZodType>;

/** A tool as it is described to the model. */
export const ToolDefinition = z.discriminatedUnion('form', [
  z.object({
    form: z.literal('function'),
    name: ToolName,
    description: z.string(),
    /** JSON Schema of the arguments. */
    parameters: z.record(z.string(), z.unknown()),
  }),
  z.object({
    form: z.literal('freeform'),
    name: ToolName,
    description: z.string(),
    grammar: z.object({ syntax: z.literal('lark'), definition: z.string() }),
  }),
]);
export type ToolDefinition = z.infer<typeof ToolDefinition>;
