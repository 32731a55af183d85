import { z } from 'zod';
import { Digest, UploadId } from './ids.ts';

/** `tar.gz`: a tree without history. `bundle`: a git bundle that needs no commit from elsewhere. */
export const UploadFormat = z.enum(['tar.gz', 'bundle']);
export type UploadFormat = z.infer<typeof UploadFormat>;

/** The content type that each format is uploaded with. */
export const UPLOAD_TYPES = {
  'tar.gz': 'application/gzip',
  bundle: 'application/x-git-bundle',
} as const satisfies Record<UploadFormat, string>;

/** What `POST /v1/uploads` answers: a job may name `id` for 7 days, counted anew with every job that does. */
export const UploadJson = z.object({
  id: UploadId,
  object: z.literal('upload'),
  format: UploadFormat,
  bytes: z.int(),
  sha256: Digest,
});
export type UploadJson = z.infer<typeof UploadJson>;
