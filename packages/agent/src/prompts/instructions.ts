import type { JobKind } from '@drydock/contracts';
import { BASE_PROMPT } from './base-prompt.ts';
import { KIND_PROMPTS } from './kind-prompts.ts';

const forKind = (kind: JobKind): string => `${BASE_PROMPT}\n${KIND_PROMPTS[kind]}`;

/** System instructions per kind of job. Byte-identical in every turn and both stages: servers cache them as a prefix. */
export const INSTRUCTIONS: Readonly<Record<JobKind, string>> = {
  implement: forKind('implement'),
  fix: forKind('fix'),
  review: forKind('review'),
  explain: forKind('explain'),
  test: forKind('test'),
};
