import { z } from 'zod';

/** Lines of a page that are shown; the first of them is 1. */
const Lines = {
  start: z.int().min(1).max(1_000_000).default(1),
  lines: z.int().min(1).max(1_000).default(200),
};

/** Arguments of `web_open`. */
export const WebOpenArgs = z.object({ url: z.string().min(1).max(2_000) });
/** Arguments of `web_follow`: a number of the page that was opened last. */
export const WebFollowArgs = z.object({ link: z.int().min(1).max(10_000) });
/** Arguments of `web_read`. */
export const WebReadArgs = z.object(Lines);
/** Arguments of `web_find`: text, in any case. */
export const WebFindArgs = z.object({ text: z.string().min(1).max(500) });
