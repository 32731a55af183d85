import { z } from 'zod';

/** What a caller should know of a job that went on all the same. */
export const WarningCode = z.enum([
  'no_tests',
  'tests_changed',
  'no_lint',
  'ignored_files_left_out',
  'temperature_ignored',
  'max_tokens_adjusted',
  'system_prompt_as_user',
  'usage_estimated',
  'sandbox_uncapped',
  'patch_not_captured',
  'checkpoint_not_saved',
  'events_left_out',
  'checkpoint_not_restored',
  'slice_ended',
  'safe_mode',
  'check_timed_out',
  'submodules_left_empty',
  'judge_changed',
  'new_failures',
  'report_contradicts_exit',
  'results_cut',
  'messages_not_delivered',
  'references_unresolved',
  'unchecked_submission',
  'red_checks',
  'claim_contradicted',
  'mutation_survived',
  'mutation_not_run',
  'no_mutations',
]);
export type WarningCode = z.infer<typeof WarningCode>;

export const Warning = z.object({ code: WarningCode, message: z.string() });
export type Warning = z.infer<typeof Warning>;
