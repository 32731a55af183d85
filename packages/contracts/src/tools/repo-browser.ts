import { z } from 'zod';

/** Relative to the workspace; '.' is the workspace itself. The program that reads it refuses what leads out. */
const RepoPath = z.string().min(1).max(1_024);

/** Arguments of `repo_tree`. */
export const RepoTreeArgs = z.object({
  path: RepoPath.default('.'),
  /** Levels of directories. */
  depth: z.int().min(1).max(20).default(3),
});
export type RepoTreeArgs = z.infer<typeof RepoTreeArgs>;

/** Arguments of `repo_search`. */
export const RepoSearchArgs = z.object({
  pattern: z.string().min(1).max(2_000),
  path: RepoPath.default('.'),
  glob: z.string().min(1).max(500).optional(),
  /** Whether the pattern is plain text instead of a regular expression. */
  fixed: z.boolean().default(false),
  ignore_case: z.boolean().default(false),
  /** Lines shown before and after each match. */
  context: z.int().min(0).max(20).default(0),
  /** Matching lines shown. */
  max_results: z.int().min(1).max(500).default(100),
});
export type RepoSearchArgs = z.infer<typeof RepoSearchArgs>;

/** Arguments of `repo_symbols`. */
export const RepoSymbolsArgs = z.object({
  path: RepoPath.default('.'),
  /** Part of a name, in any case; absent: every definition. */
  query: z.string().min(1).max(200).optional(),
});
export type RepoSymbolsArgs = z.infer<typeof RepoSymbolsArgs>;

/** Arguments of `repo_history`. */
export const RepoHistoryArgs = z.object({
  path: RepoPath.default('.'),
  max: z.int().min(1).max(200).default(20),
});
export type RepoHistoryArgs = z.infer<typeof RepoHistoryArgs>;

/** Arguments of `repo_blame`. */
export const RepoBlameArgs = z.object({
  path: RepoPath,
  /** First line, from 1. */
  start: z.int().min(1).max(10_000_000).default(1),
  /** Last line; absent: 100 lines. */
  end: z.int().min(1).max(10_000_000).optional(),
});
export type RepoBlameArgs = z.infer<typeof RepoBlameArgs>;
