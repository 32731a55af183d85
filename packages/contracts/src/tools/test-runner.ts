import { z } from 'zod';

/** Seconds that the checks of one call may take together. */
export const CheckSeconds = z.int().min(1).max(1_800).default(300);

/** Arguments of `run_tests`. */
export const RunTestsArgs = z.object({
  /** One test file, relative to the workspace; absent: the whole suite. */
  file: z.string().min(1).max(1_024).optional(),
  /** Part of the name of the tests to run. */
  name: z.string().min(1).max(500).optional(),
  timeout_seconds: CheckSeconds,
});
export type RunTestsArgs = z.infer<typeof RunTestsArgs>;

/** Arguments of `test_log`. */
export const TestLogArgs = z.object({
  /** Number that `run_tests` gave. */
  run: z.int().min(1).max(100_000),
  /** First line, from 1; negative: so many lines from the end. */
  start: z.int().min(-100_000).max(10_000_000).default(1),
  lines: z.int().min(1).max(1_000).default(200),
});
export type TestLogArgs = z.infer<typeof TestLogArgs>;
