import type { SecurityCase } from '../security-case.ts';
import { KERNEL_CASES } from './kernel-cases.ts';
import { REACH_CASES } from './reach-cases.ts';
import { RESOURCE_CASES } from './resource-cases.ts';

export const ALL_CASES: readonly SecurityCase[] = [...KERNEL_CASES, ...REACH_CASES, ...RESOURCE_CASES];
