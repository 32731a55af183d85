import { z } from 'zod';

/** What a builder container answers: one line of JSON on stdout. */
export const LayerBuildOutput = z.union([
  z.strictObject({
    /** Commit of the base tree. */
    baseSha: z.string().regex(/^[0-9a-f]{40}$/),
    files: z.int().nonnegative(),
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
