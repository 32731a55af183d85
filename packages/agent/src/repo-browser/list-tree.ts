import type { RepoAnswer, RepoQuery } from '@drydock/contracts';
import { buildTree } from './build-tree.ts';
import { listFiles } from './list-files.ts';
import { locateQuery } from './locate-query.ts';

/** The tree below a path, as deep as fits into an answer. */
export async function listTree(
  { path, depth }: Extract<RepoQuery, { type: 'tree' }>,
  signal: AbortSignal,
): Promise<RepoAnswer> {
  const located = locateQuery(path);
  const { files, isWhole } = await listFiles(located, signal);
  if (!isWhole) {
    return { type: 'refused', message: `${path} has too many files to count. Ask for a directory below it.` };
  }
  if (files.length === 0) {
    return { type: 'refused', message: `${path} does not exist, or all that it holds is ignored.` };
  }
  return { type: 'tree', files: files.length, ...buildTree(files, { below: located, depth }) };
}
