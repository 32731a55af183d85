import { z } from 'zod';
import { ImageDetail } from '../transcript.ts';

/** Arguments of `view_image`, as Codex models know it. */
export const ViewImageArgs = z.object({
  path: z.string().min(1).max(4_096),
  detail: ImageDetail.optional(),
});
export type ViewImageArgs = z.infer<typeof ViewImageArgs>;
