import type { JobKind } from '@drydock/contracts';
import base from './base.md';
import explain from './kinds/explain.md';
import fix from './kinds/fix.md';
import implement from './kinds/implement.md';
import review from './kinds/review.md';
import test from './kinds/test.md';

/** What each kind of job adds to the base prompt. */
const KINDS: Readonly<Record<JobKind, string>> = { implement, fix, review, explain, test };

/** System instructions of a kind of job. Byte-identical in every turn and both stages: servers cache them as a prefix. */
export const instructionsOf = (kind: JobKind): string => `${base}\n${KINDS[kind]}`;
