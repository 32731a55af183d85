import { z } from 'zod';
import {
  RepoBlameArgs,
  RepoHistoryArgs,
  RepoSearchArgs,
  RepoSymbolsArgs,
  RepoTreeArgs,
} from '../tools/repo-browser.ts';

/** What the program that looks into the workspace is asked for, inside the sandbox. */
export const RepoQuery = z.discriminatedUnion('type', [
  RepoTreeArgs.extend({ type: z.literal('tree') }),
  RepoSearchArgs.extend({ type: z.literal('search') }),
  RepoSymbolsArgs.extend({ type: z.literal('symbols') }),
  RepoHistoryArgs.extend({ type: z.literal('history') }),
  RepoBlameArgs.extend({ type: z.literal('blame') }),
  /** Which lines of the workspace are not those of the base. */
  z.object({ type: z.literal('changed_lines') }),
]);
export type RepoQuery = z.infer<typeof RepoQuery>;

const Path = z.string().max(4_096);
/** One line of a file, cut. */
const Line = z.string().max(600);
const Name = z.string().max(300);
const Count = z.int().nonnegative();
const LineNumber = z.int().positive();

const TreeEntry = z.object({
  path: Path,
  /** Files below it, of a directory; absent: it is a file. */
  files: Count.exactOptional(),
});
const MatchLine = z.object({ path: Path, line: LineNumber, text: Line, isMatch: z.boolean() });
const RepoSymbol = z.object({ path: Path, line: LineNumber, kind: Name, name: Name, text: Line });
const Commit = z.object({
  sha: z.string().regex(/^[0-9a-f]{40}$/),
  date: z.string().max(40),
  author: Name,
  subject: Name,
});
const BlamedLine = z.object({
  line: LineNumber,
  sha: z.string().regex(/^[0-9a-f]{40}$/),
  author: Name,
  date: z.string().max(40),
  text: Line,
});
const ChangedFile = z.object({
  path: Path,
  /** First and last line of each change; absent: the whole file is new. */
  ranges: z
    .array(z.tuple([LineNumber, LineNumber]))
    .max(10_000)
    .exactOptional(),
});

/** What it answers: one line of JSON. Cut where it is long, and said so. */
export const RepoAnswer = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('tree'),
    entries: z.array(TreeEntry).max(2_000),
    /** All files below the path. */
    files: Count,
    /** Levels that the entries have. */
    depth: Count,
    /** Entries of that many levels that were left out. */
    omitted: Count,
  }),
  z.object({
    type: z.literal('search'),
    lines: z.array(MatchLine).max(25_000),
    /** Matching lines and files with one; `isWhole`: everything was looked at. */
    matches: Count,
    files: Count,
    isWhole: z.boolean(),
  }),
  z.object({
    type: z.literal('symbols'),
    symbols: z.array(RepoSymbol).max(1_000),
    total: Count,
    isWhole: z.boolean(),
  }),
  z.object({
    type: z.literal('history'),
    commits: z.array(Commit).max(200),
    hasMore: z.boolean(),
    /** Whether the repository came without history: its one commit is what was handed in. */
    isBaseOnly: z.boolean(),
  }),
  z.object({
    type: z.literal('blame'),
    lines: z.array(BlamedLine).max(1_000),
    totalLines: Count,
    isBaseOnly: z.boolean(),
  }),
  z.object({
    type: z.literal('changed_lines'),
    files: z.array(ChangedFile).max(5_000),
    isWhole: z.boolean(),
  }),
  /** Not answered, in words for the model. */
  z.object({ type: z.literal('refused'), message: z.string().max(2_000) }),
]);
export type RepoAnswer = z.infer<typeof RepoAnswer>;
