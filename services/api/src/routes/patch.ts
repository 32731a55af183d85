import type { Digest, JobRecord } from '@drydock/contracts';
import type { ArtifactStore, JobStore } from '@drydock/core';
import { DrydockError, isTerminal } from '@drydock/core';
import type { RequestHandler } from 'express';
import { findJob } from './find-job.ts';

export interface PatchRouteDeps {
  readonly store: Pick<JobStore, 'find'>;
  readonly artifacts: Pick<ArtifactStore, 'get'>;
}

/** `GET /v1/jobs/{id}/patch`: the unified diff; 404 `not_ready` until there is one. */
export function getPatch({ store, artifacts }: PatchRouteDeps): RequestHandler {
  return async (request, response) => {
    const job = await findJob(store, request.params['jobId']);
    const patch = await readPatch(artifacts, patchOf(job));
    response
      .attachment(`${job.id}.diff`)
      .set({ 'Cache-Control': 'private, no-cache', 'Content-Type': 'text/x-diff; charset=utf-8' })
      .send(Buffer.from(patch));
  };
}

function patchOf(job: JobRecord): Digest {
  const digest = job.artifacts['patch.diff'];
  if (digest !== undefined) return digest;
  if (isTerminal(job.state)) {
    throw new DrydockError('not_found', { message: 'The job ended without a patch.' });
  }
  throw new DrydockError('not_ready', { message: 'There is no patch yet.' });
}

/** A digest of a job record that the store does not have is our fault, not the caller's. */
async function readPatch(artifacts: PatchRouteDeps['artifacts'], digest: Digest): Promise<Uint8Array> {
  try {
    return await artifacts.get(digest);
  } catch (cause) {
    throw new DrydockError('internal_error', { cause });
  }
}
