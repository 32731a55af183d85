import type { Digest } from '@drydock/contracts';
import type { ArtifactReferences, EndedJob, SweptArtifacts } from '@drydock/core';
import type { MonitorDeps } from '../deps.ts';
import type { Sweep } from '../sweep.ts';

/** As long as that of remove_jobs, which renews it during a long pass of this. */
const OFFICE_MS = 3 * 60_000;
/** Jobs that one pass gives up for their artifacts: it stays short, and the next one takes more. */
const MAX_JOBS = 500;

type RemoveArtifactsDeps = Pick<
  MonitorDeps,
  'archive' | 'archivist' | 'artifacts' | 'retention' | 'log' | 'metrics'
>;

/**
 * Mark and sweep: removes artifacts that no record refers to. Where ended jobs keep more than they may, the oldest of
 * them go, until what they alone refer to is enough; their artifacts follow in the next pass.
 */
export function createRemoveArtifacts(deps: RemoveArtifactsDeps): Sweep {
  const { archive, archivist, artifacts, metrics } = deps;
  return {
    name: 'remove_artifacts',
    intervalMs: 10 * 60_000,
    timeoutMs: 9 * 60_000,
    run: async (signal) => {
      if (!(await archivist.hold(OFFICE_MS))) return;
      const references = await archive.findReferences(signal);
      const isReferenced = (digest: Digest): boolean => references.counts.has(digest);
      const swept = await artifacts.sweep({ isReferenced, writtenBefore: references.settledBefore }, signal);
      metrics.artifactsSwept(swept);
      await giveUpJobs(deps, { references, kept: swept.kept }, signal);
    },
  };
}

async function giveUpJobs(
  { archive, retention, log, metrics }: RemoveArtifactsDeps,
  { references, kept }: { references: ArtifactReferences; kept: SweptArtifacts['kept'] },
  signal: AbortSignal,
): Promise<void> {
  const bytesOf = (digest: Digest): number => (references.held.has(digest) ? 0 : (kept.get(digest) ?? 0));
  let excessBytes = sum([...kept.keys()].map(bytesOf)) - retention.maxArtifactBytes;
  if (excessBytes <= 0) return;
  const counts = new Map(references.counts);
  for (const job of await archive.listEnded(retention.minAgeMs, MAX_JOBS)) {
    if (excessBytes <= 0 || signal.aborted) return;
    if (!(await archive.remove(job.jobId))) continue;
    log.info('jobs.removed', { reason: 'artifacts', count: 1, jobId: job.jobId });
    metrics.jobRemoved('artifacts');
    excessBytes -= sum(takeOrphans(counts, job).map(bytesOf));
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/** Takes away what a job refers to; what nothing refers to any more is returned. */
function takeOrphans(counts: Map<Digest, number>, { digests }: EndedJob): readonly Digest[] {
  return digests.filter((digest) => {
    const left = (counts.get(digest) ?? 0) - 1;
    counts.set(digest, left);
    return left === 0;
  });
}
