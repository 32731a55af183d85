import type { AnyCase } from '../run-suite.ts';
import { HOST_CASES } from './host-cases.ts';
import { KERNEL_CASES } from './kernel-cases.ts';
import { REACH_CASES } from './reach-cases.ts';
import { RESOURCE_CASES } from './resource-cases.ts';

export const ALL_CASES: readonly AnyCase[] = [
  ...KERNEL_CASES,
  ...REACH_CASES,
  ...RESOURCE_CASES,
  ...HOST_CASES,
];
