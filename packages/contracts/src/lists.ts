import { z } from 'zod';
import { Digest } from './ids.ts';
import { ArtifactName, JobJson } from './job.ts';

/** One page of `GET /v1/jobs`, newest first; `next_cursor` is null behind the last job. */
export const JobListJson = z.object({
  object: z.literal('list'),
  data: z.array(JobJson),
  next_cursor: z.string().nullable(),
});
export type JobListJson = z.infer<typeof JobListJson>;

/** An artifact as `GET /v1/jobs/{id}/artifacts` lists it. */
export const ArtifactJson = z.object({
  object: z.literal('artifact'),
  name: ArtifactName,
  bytes: z.int().nonnegative(),
  sha256: Digest,
  link: z.string(),
});
export type ArtifactJson = z.infer<typeof ArtifactJson>;

/** Every artifact that a job has by now. */
export const ArtifactListJson = z.object({ object: z.literal('list'), data: z.array(ArtifactJson) });
export type ArtifactListJson = z.infer<typeof ArtifactListJson>;
