import { z } from 'zod';
import { Justification, Permissions } from './permissions.ts';

/** Arguments of `exec_command`, the field names Codex models are trained on. */
export const ExecCommandArgs = z.object({
  cmd: z.string().min(1).max(65_536),
  workdir: z.string().max(4_096).optional(),
  /** Runs it on a terminal, whose input is always open; pipes without. */
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
