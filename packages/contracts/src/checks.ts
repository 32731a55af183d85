import { z } from 'zod';

/** How a check's results were read. `exit_code` means: no per-test results, the command counts as one test. */
export const CheckFormat = z.enum(['drydock_ndjson', 'exit_code', 'unix']);
export type CheckFormat = z.infer<typeof CheckFormat>;

export const TestStatus = z.enum(['passed', 'failed', 'errored', 'skipped']);
export type TestStatus = z.infer<typeof TestStatus>;

/** One test. `id`: `path::describe > name` (node:test), the pytest node id; `#2` on repeats. */
export const TestCase = z.object({
  id: z.string(),
  status: TestStatus,
  file: z.string().optional(),
  line: z.int().optional(),
  duration_ms: z.number().optional(),
  message: z.string().optional(),
});
export type TestCase = z.infer<typeof TestCase>;

export const LintFinding = z.object({
  file: z.string(),
  line: z.int(),
  /** From 1, where the linter says it; some count from 0. */
  column: z.int().exactOptional(),
  severity: z.enum(['error', 'warning']).exactOptional(),
  rule: z.string(),
  message: z.string(),
});
export type LintFinding = z.infer<typeof LintFinding>;

/** One command of a check, run once: what the artifacts before.json and after.json hold. */
export const CheckRun = z.object({
  kind: z.enum(['test', 'lint', 'build']),
  command: z.string(),
  exit_code: z.int().nullable(),
  duration_ms: z.number(),
  timed_out: z.boolean(),
  format: CheckFormat,
  tests: z.array(TestCase),
  findings: z.array(LintFinding),
  /** The last bytes of what the command printed, for people. */
  output_tail: z.string(),
});
export type CheckRun = z.infer<typeof CheckRun>;

export const TestCounts = z.object({
  passed: z.int(),
  failed: z.int(),
  errored: z.int(),
  skipped: z.int(),
});

/** `checks.before|after.tests` of a result (contract.md). */
export const TestsSummary = z.object({
  command: z.string(),
  exit_code: z.int().nullable(),
  duration_ms: z.number(),
  format: CheckFormat,
  counts: TestCounts,
  failures: z.array(
    z.object({ id: z.string(), file: z.string().optional(), line: z.int().optional(), message: z.string() }),
  ),
});
export type TestsSummary = z.infer<typeof TestsSummary>;

export const LintSummary = z.object({
  command: z.string(),
  exit_code: z.int().nullable(),
  duration_ms: z.number(),
  findings: z.int(),
});

export const CheckSide = z.object({ tests: TestsSummary.nullable(), lint: LintSummary.nullable() });
export type CheckSide = z.infer<typeof CheckSide>;

/** What came of one mutation: whether a test that the patch brought fails with it (ADR 0015). */
export const MutationRun = z.object({
  path: z.string(),
  line: z.int(),
  killed: z.boolean(),
  /** Of all tests that passed without it; the first ones. */
  failed_tests: z.array(z.string()),
});
export type MutationRun = z.infer<typeof MutationRun>;

/** The comparison of a run on the pristine base with a run on base + patch. */
export const ChecksVerdict = z.object({
  before: CheckSide,
  after: CheckSide,
  fail_to_pass: z.array(z.string()),
  pass_to_pass: z.array(z.string()),
  regressions: z.array(z.string()),
  added_pass: z.array(z.string()),
  lint: z.object({ before: z.int(), after: z.int(), new: z.array(LintFinding) }).nullable(),
  /** Present where mutations were run: for jobs of kind `test`. */
  mutations: z.array(MutationRun).optional(),
});
export type ChecksVerdict = z.infer<typeof ChecksVerdict>;
