import { z } from 'zod';

/** What the program that fetches a page is asked for; it has only the sandbox's way out. */
export const PageQuery = z.object({ url: z.string(), timeoutMs: z.int().positive() });
export type PageQuery = z.infer<typeof PageQuery>;

const Url = z.string().max(2_000);

/** What it answers: one line of JSON. All of it is somebody else's text. */
export const PageAnswer = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('page'),
    /** Where it was found, after redirects on the same host. */
    url: Url,
    status: z.int().min(100).max(999),
    contentType: z.string().max(200),
    title: z.string().max(300),
    /** As readable text; links of it are marked `[n]`, from 1. */
    text: z.string().max(160_000),
    links: z.array(Url).max(200),
    isWhole: z.boolean(),
  }),
  /** Another host, which nobody has agreed to yet. */
  z.object({ type: z.literal('redirect'), to: Url, status: z.int() }),
  z.object({ type: z.literal('refused'), message: z.string().max(2_000) }),
]);
export type PageAnswer = z.infer<typeof PageAnswer>;
