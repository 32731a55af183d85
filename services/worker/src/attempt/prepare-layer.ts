import type { GitSource } from '@drydock/contracts';
import { FilesSource } from '@drydock/contracts';
import type { HeldLayer, LayerSource, MirroredCommit } from '@drydock/core';
import { toDrydockError } from '@drydock/core';
import type { Attempt } from './attempt.ts';
import { refuseCheckpoint, startFromBase } from '../saving/resume-point.ts';

type StoredUpload = Extract<Attempt['job']['spec']['source'], { type: 'upload' }>;

/** The layer that an attempt works on, kept on this host until it is disposed. */
export async function prepareLayer(attempt: Attempt, signal: AbortSignal): Promise<HeldLayer> {
  const layer = await ensureLayer(attempt, signal);
  const submodules = layer.submodules ?? [];
  if (submodules.length > 0) {
    const message = `Submodules are not fetched, their directories are empty: ${submodules.join(', ')}`;
    attempt.warn({ code: 'submodules_left_empty', message });
  }
  return layer;
}

async function ensureLayer(attempt: Attempt, signal: AbortSignal): Promise<HeldLayer> {
  const { artifacts, layers } = attempt.deps;
  const { source } = attempt.job.spec;
  switch (source.type) {
    case 'files': {
      const bytes = await artifacts.get(source.digest);
      return layers.ensure(FilesSource.parse(JSON.parse(new TextDecoder().decode(bytes))), signal);
    }
    case 'git': {
      await using commit = await fetchCommit(attempt, source, signal);
      return await layers.ensure({ type: 'git', mirrorDir: commit.mirrorDir, sha: commit.sha }, signal);
    }
    case 'upload':
      return layers.ensure(toArchive(attempt, source), signal);
  }
}

/** A branch may have moved since: what was begun on a commit goes on upon that commit. */
async function fetchCommit(
  attempt: Attempt,
  source: GitSource,
  signal: AbortSignal,
): Promise<MirroredCommit> {
  const { deps, resumePoint, recording } = attempt;
  if (recording?.baseSha !== undefined)
    return deps.mirrors.fetch({ ...source, ref: recording.baseSha }, signal);
  if (resumePoint === undefined) return deps.mirrors.fetch(source, signal);
  const { sha } = resumePoint.checkpoint.base;
  try {
    return await deps.mirrors.fetch({ ...source, ref: sha }, signal);
  } catch (cause) {
    if (toDrydockError(cause).code !== 'bad_source') throw cause;
    startFromBase(
      attempt,
      refuseCheckpoint(`The repository does not have its commit ${sha} any more.`, cause),
    );
    return deps.mirrors.fetch(source, signal);
  }
}

function toArchive({ deps }: Attempt, { digest, format, bytes, ref }: StoredUpload): LayerSource {
  const read = (signal: AbortSignal) => deps.artifacts.read(digest, signal);
  return { type: 'archive', digest, format, bytes, ref, read };
}
