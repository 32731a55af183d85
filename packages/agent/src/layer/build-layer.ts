import type { FilesSource, LayerBuildOutput } from '@drydock/contracts';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../workspace/errno.ts';
import { commitBase } from './commit-base.ts';
import { copyGitDir, setTimes } from './seal-layer.ts';
import { SourceProblem } from './source-problem.ts';
import { writeTree } from './write-tree.ts';

/** 2000-01-01T00:00:00Z: the time of everything in a layer, and of its commit. */
const BASE_TIME_SECONDS = 946_684_800;

/** Fills an empty file system with a layer: `work`, a checkout with its repository, and `git`, the one to believe. */
export async function buildLayer(root: string, source: FilesSource): Promise<LayerBuildOutput> {
  const work = join(root, 'work');
  const git = join(root, 'git');
  try {
    await mkdir(work);
    await writeTree(work, source, BASE_TIME_SECONDS);
    const paths = source.files.map(({ path }) => path);
    const baseSha = await commitBase(work, { paths, timeSeconds: BASE_TIME_SECONDS });
    await copyGitDir(join(work, '.git'), git);
    for (const dir of [work, git]) await setTimes(dir, BASE_TIME_SECONDS);
    return { baseSha, files: paths.length };
  } catch (error) {
    if (error instanceof SourceProblem) return { error: describe(error) };
    if (isFull(error)) return { error: { message: 'The source is too large.' } };
    throw error;
  }
}

function describe({ message, pointer }: SourceProblem): { message: string; pointer?: string } {
  return pointer === undefined ? { message } : { message, pointer };
}

function isFull(error: unknown): boolean {
  if (errnoOf(error) === 'ENOSPC') return true;
  return error instanceof Error && error.message.includes('No space left on device');
}
