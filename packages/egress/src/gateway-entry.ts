import { fileURLToPath } from 'node:url';

/**
 * The gateway's program as arguments for Node. Its environment is what `config.ts` lists; it ends with its stdin. A small
 * nursery: what passes through is garbage at once, and would else pile up outside the heap.
 */
export const GATEWAY_ARGV: readonly string[] = [
  '--max-semi-space-size=1',
  fileURLToPath(new URL('./gateway-main.ts', import.meta.url)),
];
