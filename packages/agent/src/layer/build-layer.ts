import type { FilesSource, LayerBuildOutput, LayerBuildRequest } from '@drydock/contracts';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { GitFailed } from '../git/hardened-git.ts';
import { errnoOf } from '../workspace/errno.ts';
import { EndOfInput } from './byte-reader.ts';
import { checkOutCommit, type Checkout } from './checkout-commit.ts';
import { commitBase } from './commit-base.ts';
import { importBundle, importFromMirror } from './import-history.ts';
import { initRepository } from './init-repository.ts';
import { copyGitDir, setTimes } from './seal-layer.ts';
import { SourceProblem } from './source-problem.ts';
import { unpackArchive } from './unpack-archive.ts';
import { writeTree } from './write-tree.ts';

/** 2000-01-01T00:00:00Z: the time of a tree that has no commit of its own. */
const BASE_TIME_SECONDS = 946_684_800;

interface Built extends Checkout {
  readonly baseSha: string;
}

/**
 * Fills an empty file system with a layer: `work`, a checkout with its repository, and `git`, the one to believe.
 * `archive` gives the bytes of one.
 */
export async function buildLayer(
  root: string,
  request: LayerBuildRequest,
  archive: AsyncIterable<Buffer>,
): Promise<LayerBuildOutput> {
  const work = join(root, 'work');
  const git = join(root, 'git');
  try {
    await mkdir(work);
    const { baseSha, files, submodules, timeSeconds } = await fillTree(work, request, archive);
    await copyGitDir(join(work, '.git'), git);
    for (const dir of [work, git]) await setTimes(dir, timeSeconds);
    return { baseSha, files, submodules: [...submodules] };
  } catch (error) {
    const found = findProblem(error, request);
    if (found === undefined) throw error;
    const { message, pointer } = found;
    return { error: pointer === undefined ? { message } : { message, pointer } };
  }
}

function fillTree(work: string, request: LayerBuildRequest, archive: AsyncIterable<Buffer>): Promise<Built> {
  switch (request.type) {
    case 'files':
      return buildFromFiles(work, request);
    case 'git':
      return buildFromMirror(work, request.sha);
    case 'archive':
      return request.format === 'bundle'
        ? buildFromBundle(work, archive, request.ref)
        : buildFromArchive(work, archive, request.ref);
  }
}

async function buildFromFiles(work: string, source: FilesSource): Promise<Built> {
  await writeTree(work, source, BASE_TIME_SECONDS);
  return commitTree(
    work,
    source.files.map(({ path }) => path),
  );
}

async function buildFromArchive(work: string, bytes: AsyncIterable<Buffer>, ref: string): Promise<Built> {
  if (ref !== 'HEAD') {
    throw new SourceProblem('An archive has no history, so that its ref can only be HEAD.', {
      pointer: '/source/ref',
    });
  }
  const paths = await unpackArchive(work, bytes);
  await setTimes(work, BASE_TIME_SECONDS);
  return commitTree(work, paths);
}

async function commitTree(work: string, paths: readonly string[]): Promise<Built> {
  const repository = await initRepository(work);
  const baseSha = await commitBase(repository, { paths, timeSeconds: BASE_TIME_SECONDS });
  return { baseSha, files: paths.length, submodules: [], timeSeconds: BASE_TIME_SECONDS };
}

async function buildFromMirror(work: string, sha: string): Promise<Built> {
  const repository = await initRepository(work);
  const baseSha = await importFromMirror(repository, sha);
  return { baseSha, ...(await checkOutCommit(repository, baseSha)) };
}

async function buildFromBundle(work: string, bytes: AsyncIterable<Buffer>, ref: string): Promise<Built> {
  const repository = await initRepository(work);
  const baseSha = await importBundle(repository, bytes, ref);
  return { baseSha, ...(await checkOutCommit(repository, baseSha)) };
}

/** What an error says about the source; undefined where the source is not to blame. */
function findProblem(error: unknown, { type }: LayerBuildRequest): SourceProblem | undefined {
  if (error instanceof SourceProblem) return error;
  if (isFull(error)) return new SourceProblem('The source is too large.');
  if (error instanceof EndOfInput) return new SourceProblem('The upload ends too early.');
  // Of a source that brings its own objects, git judges them.
  if (!(error instanceof GitFailed) || type === 'files') return undefined;
  return new SourceProblem(
    error.exitCode === null
      ? 'Git needs more memory for the source than a builder has.'
      : `Git refuses the source: ${error.message.slice(0, 500)}`,
  );
}

function isFull(error: unknown): boolean {
  if (errnoOf(error) === 'ENOSPC') return true;
  return error instanceof Error && error.message.includes('No space left on device');
}
