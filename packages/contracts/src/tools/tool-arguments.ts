import type { z } from 'zod';
import { Plan, PlanUpdate, Submission } from '../plan.ts';
import { ApplyPatchArgs } from './editing.ts';
import { ViewImageArgs } from './images.ts';
import { RequestPermissionsArgs } from './permissions.ts';
import { ExecCommandArgs, WriteStdinArgs } from './shell.ts';
import type { ToolName } from './tool-names.ts';

/** Arguments per tool: of a freeform one its whole input. */
export const TOOL_ARGUMENTS = {
  exec_command: ExecCommandArgs,
  write_stdin: WriteStdinArgs,
  apply_patch: ApplyPatchArgs,
  view_image: ViewImageArgs,
  update_plan: PlanUpdate,
  request_permissions: RequestPermissionsArgs,
  submit_plan: Plan,
  submit: Submission,
} as const satisfies Record<ToolName, z.ZodType>;

/** Parsed arguments of a tool. */
export type ToolArguments<Name extends ToolName> = z.output<(typeof TOOL_ARGUMENTS)[Name]>;
