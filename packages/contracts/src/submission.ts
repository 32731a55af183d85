import { z } from 'zod';

const Line = z.string().min(1).max(2_000);
const RepoPath = z.string().min(1).max(1_024);
const LineNumber = z.int().min(1).max(100_000_000);
const MAX_PLACES = 100;

/** A place in a file as the model names it: lines are counted from 1, `end_line` is the last one. */
export const CodePlace = z.object({ path: RepoPath, line: LineNumber, end_line: LineNumber.optional() });
export type CodePlace = z.infer<typeof CodePlace>;

export const FindingSeverity = z.enum(['critical', 'high', 'medium', 'low']);
export type FindingSeverity = z.infer<typeof FindingSeverity>;

/** One finding of a review. A suggestion with one block fenced as `suggestion` replaces the lines it is about. */
export const ReviewFinding = CodePlace.extend({
  severity: FindingSeverity,
  title: z.string().min(1).max(200),
  message: z.string().min(1).max(2_000),
  suggestion: z.string().min(1).max(2_000).optional(),
});
export type ReviewFinding = z.infer<typeof ReviewFinding>;

/** A place that an explanation rests on. */
export const CodeReference = CodePlace.extend({ what: z.string().min(1).max(500) });
export type CodeReference = z.infer<typeof CodeReference>;

/** A small fault put into source that is not a test: what tests are worth shows when they catch it. */
export const Mutation = z.object({
  path: RepoPath,
  /** Text that the file has exactly once. */
  find: z.string().min(1).max(2_000),
  replace: z.string().max(2_000),
  why: Line,
});
export type Mutation = z.infer<typeof Mutation>;

/** What the agent says that it ran after its last edit, and what came of it. */
export const CheckClaim = z.object({
  command: z.string().min(1).max(4_096),
  outcome: z.enum(['passed', 'failed', 'not_run']),
});
export type CheckClaim = z.infer<typeof CheckClaim>;

/** How execution ends: the argument of the tool `submit`. Which of the optional lists a job is asked for depends on its kind. */
export const Submission = z.object({
  summary: z.string().min(1).max(20_000),
  changes: z.array(z.object({ path: Line, why: Line })).max(500),
  checks: z.array(CheckClaim).max(20).optional(),
  findings: z.array(ReviewFinding).max(MAX_PLACES).optional(),
  references: z.array(CodeReference).max(MAX_PLACES).optional(),
  mutations: z.array(Mutation).max(5).optional(),
});
export type Submission = z.infer<typeof Submission>;
