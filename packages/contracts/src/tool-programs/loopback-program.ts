import { z } from 'zod';
import { ServerProbeArgs } from '../tools/deployment-sandbox.ts';

/** What the program that talks to servers on the sandbox's own loopback is asked for. */
export const LoopbackQuery = z.discriminatedUnion('type', [
  ServerProbeArgs.extend({ type: z.literal('probe') }),
  /** Waits until a port is open, or a path on it is answered without a server error. */
  z.object({
    type: z.literal('wait'),
    port: z.int(),
    path: z.string().optional(),
    timeoutMs: z.int().positive(),
  }),
]);
export type LoopbackQuery = z.infer<typeof LoopbackQuery>;

/** What it answers: one line of JSON. */
export const LoopbackAnswer = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('probe'),
    status: z.int().min(100).max(999),
    headers: z.array(z.tuple([z.string().max(200), z.string().max(1_000)])).max(100),
    /** As text, cut; empty where it is none. */
    body: z.string().max(40_000),
    isText: z.boolean(),
    /** Of the whole body, as far as it was read. */
    bodyBytes: z.int().nonnegative(),
    isWhole: z.boolean(),
    durationMs: z.number().nonnegative(),
  }),
  /** `seen`: what was met last, in words. */
  z.object({ type: z.literal('wait'), isReady: z.boolean(), seen: z.string().max(300) }),
  z.object({ type: z.literal('refused'), message: z.string().max(2_000) }),
]);
export type LoopbackAnswer = z.infer<typeof LoopbackAnswer>;
