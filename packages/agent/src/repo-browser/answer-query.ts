import type { RepoAnswer, RepoQuery } from '@drydock/contracts';
import { findChangedLines } from './find-changed-lines.ts';
import { findSymbols } from './find-symbols.ts';
import { listTree } from './list-tree.ts';
import { readBlame } from './read-blame.ts';
import { readHistory } from './read-history.ts';
import { searchTree } from './search-tree.ts';

/** Half of what the worker waits for the whole program: an answer that is cut is better than none. */
const TIMEOUT_MS = 15_000;

export async function answerQuery(query: RepoQuery): Promise<RepoAnswer> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  switch (query.type) {
    case 'tree':
      return listTree(query, signal);
    case 'search':
      return searchTree(query, signal);
    case 'symbols':
      return findSymbols(query, signal);
    case 'history':
      return readHistory(query);
    case 'blame':
      return readBlame(query);
    case 'changed_lines':
      return findChangedLines(query);
  }
}
