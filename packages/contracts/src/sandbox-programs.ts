import { z } from 'zod';
import { FilesSource } from './source.ts';
import { UploadFormat } from './upload.ts';

const Commit = z.string().regex(/^[0-9a-f]{40}$/);

/** What a builder container is asked for: one line of JSON on stdin. */
export const LayerBuildRequest = z.discriminatedUnion('type', [
  FilesSource,
  /** The mirror is bound read-only beside the layer. */
  z.strictObject({ type: z.literal('git'), sha: Commit }),
  /** So many bytes follow the line. */
  z.strictObject({
    type: z.literal('archive'),
    format: UploadFormat,
    bytes: z.int().positive(),
    ref: z.string().max(255),
  }),
]);
export type LayerBuildRequest = z.infer<typeof LayerBuildRequest>;

/** What a builder container answers: one line of JSON on stdout. */
export const LayerBuildOutput = z.union([
  z.strictObject({
    /** Commit of the base tree. */
    baseSha: Commit,
    files: z.int().nonnegative(),
    /** Paths of submodules, which stay empty directories. At most 100, cut to 300 characters. */
    submodules: z.array(z.string().max(300)).max(100).default([]),
  }),
  z.strictObject({
    error: z.strictObject({
      /** JSON pointer into the source, where one file is to blame. */
      pointer: z.string().max(200).optional(),
      message: z.string().max(2_000),
    }),
  }),
]);
export type LayerBuildOutput = z.infer<typeof LayerBuildOutput>;

/** What a capture says about its diff: one line of JSON on stderr. */
export const PatchCaptureReport = z.strictObject({
  /** Ignored files, empty directories, special files: what no patch can carry. At most 100, cut to 300 characters. */
  leftOut: z.array(z.string().max(300)).max(100),
  error: z.string().max(2_000).optional(),
});
export type PatchCaptureReport = z.infer<typeof PatchCaptureReport>;
