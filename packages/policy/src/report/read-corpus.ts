import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

const CommandCorpus = z.record(z.string(), z.array(z.string()));
const HostileCorpus = z.object({
  privileged: CommandCorpus,
  network: CommandCorpus,
  guarded: CommandCorpus,
  opaque: CommandCorpus,
});
const FirstFigures = z.array(
  z.object({
    label: z.enum(['privileged', 'network', 'guarded', 'opaque', 'benign']),
    class: z.string(),
    cases: z.int(),
    found: z.int(),
    stoppedStandard: z.int(),
    stoppedHigh: z.int(),
  }),
);
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

/** What another author wrote without seeing the rules, and what the rules then made of it. */
export const readHeldOut = () => ({
  hostile: read('held-out-hostile', HostileCorpus),
  benign: read('held-out-benign', CommandCorpus),
  first: read('held-out-first-figures', FirstFigures),
});
