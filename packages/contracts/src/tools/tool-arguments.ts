import { z } from 'zod';
import { Plan, PlanUpdate } from '../plan.ts';
import { Submission } from '../submission.ts';
import { RequestPermissionsArgs } from './permissions.ts';
import { ExecCommandArgs, WriteStdinArgs } from './shell.ts';
import type { ToolName } from './tool-names.ts';

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

/** Parsed arguments of a tool. */
export type ToolArguments<Name extends ToolName> = z.output<(typeof TOOL_ARGUMENTS)[Name]>;
