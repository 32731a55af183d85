import { z } from 'zod';
import { Digest, JobId } from './ids.ts';
import { Plan } from './plan.ts';
import { Stage } from './stage.ts';
import { Submission } from './submission.ts';
import { Usage } from './transcript.ts';

/**
 * What another attempt can go on from: workspace and conversation as they were together at one moment. Its digests name
 * bytes in the artifact store.
 */
export const Checkpoint = z.strictObject({
  jobId: JobId,
  /** Of the attempt that saved it. */
  fence: z.int(),
  savedAt: z.iso.datetime(),
  /** The tree that the workspace differs from. */
  base: z.strictObject({ layer: z.string(), sha: z.string() }),
  /** What differs; null where nothing was ever written. */
  workspace: Digest.nullable(),
  transcript: Digest,
  stage: Stage,
  plan: Plan.nullable(),
  /** What was submitted, where only the verification is left to do. */
  submission: Submission.nullable(),
  /** Of all attempts of the job so far, with the one that was begun when this was saved. */
  turns: z.int().nonnegative(),
  usage: Usage,
});
export type Checkpoint = z.infer<typeof Checkpoint>;

/** A checkpoint with the HMAC-SHA-256 of a worker of the same installation over all of it. */
export const SignedCheckpoint = z.strictObject({
  checkpoint: Checkpoint,
  signature: z.string().regex(/^[0-9a-f]{64}$/),
});
export type SignedCheckpoint = z.infer<typeof SignedCheckpoint>;
