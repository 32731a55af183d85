import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

const CommandCorpus = z.record(z.string(), z.array(z.string()));
const TextCorpus = z.object({ injected: z.array(z.string()), ordinary: z.array(z.string()) });
const PatchCorpus = z.object({
  harmful: z.array(z.object({ path: z.string(), rule: z.string(), text: z.string() })),
  benign: z.array(z.object({ path: z.string(), text: z.string() })),
});

const read = <T>(name: string, schema: z.ZodType<T>): T =>
  schema.parse(parse(readFileSync(new URL(`../../corpus/${name}.yaml`, import.meta.url), 'utf8')));

/** What the policy is measured on; written by us, kept in `packages/policy/corpus`. */
export const readCorpus = () => ({
  hidden: read('hidden', CommandCorpus),
  network: read('network', CommandCorpus),
  benign: read('benign', CommandCorpus),
  injection: read('injection', TextCorpus),
  patches: read('patches', PatchCorpus),
});
