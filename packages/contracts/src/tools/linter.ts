import { z } from 'zod';
import { CheckSeconds } from './test-runner.ts';

/** Arguments of `run_linter`. */
export const RunLinterArgs = z.object({
  /** Files or directories whose findings are wanted; absent: all. */
  paths: z.array(z.string().min(1).max(1_024)).max(50).optional(),
  /** Whether only findings in lines that are not those of the base are wanted. */
  changed_only: z.boolean().default(false),
  timeout_seconds: CheckSeconds,
});
export type RunLinterArgs = z.infer<typeof RunLinterArgs>;
