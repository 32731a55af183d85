import { z } from 'zod';
import { Digest, UploadId } from './ids.ts';
import { UploadFormat } from './upload.ts';

/** One file of a `files` source. The path is relative, `/`-separated, and stays inside the repository. */
export const SourceFile = z.strictObject({
  path: z.string().min(1).max(1_024),
  content: z.string(),
  encoding: z.enum(['utf8', 'base64']).default('utf8'),
  executable: z.boolean().default(false),
});
export type SourceFile = z.infer<typeof SourceFile>;

export const FilesSource = z.strictObject({
  type: z.literal('files'),
  files: z.array(SourceFile).min(1).max(5_000),
});
export type FilesSource = z.infer<typeof FilesSource>;

/** A branch, a tag, a full ref or a commit; what it may look like: `findRefFault` in core. */
const Ref = z.string().min(1).max(255).default('HEAD');

/** A repository that the worker fetches over https, http or ssh; which addresses it may: `parseGitUrl` in core. */
export const GitSource = z.strictObject({
  type: z.literal('git'),
  url: z.string().min(1).max(2_048),
  ref: Ref,
});
export type GitSource = z.infer<typeof GitSource>;

/** What `POST /v1/uploads` took. An archive has no history, so that its `ref` can only be HEAD. */
export const UploadSource = z.strictObject({
  type: z.literal('upload'),
  upload_id: UploadId,
  ref: Ref,
});
export type UploadSource = z.infer<typeof UploadSource>;

export const JobSource = z.discriminatedUnion('type', [FilesSource, GitSource, UploadSource]);
export type JobSource = z.infer<typeof JobSource>;

/**
 * A source as the job record holds it. Bytes that a caller sent are in the artifact store, fsynced before the job is
 * accepted, and named by digest: a job does not need its upload's record any more.
 */
export const StoredSource = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('files'), digest: Digest, bytes: z.int(), files: z.int() }),
  GitSource,
  z.strictObject({
    type: z.literal('upload'),
    digest: Digest,
    bytes: z.int(),
    format: UploadFormat,
    ref: Ref,
  }),
]);
export type StoredSource = z.infer<typeof StoredSource>;
