import type { LIMITS } from '@drydock/core';

export type LimitName = keyof typeof LIMITS;

/** The setting of an operator for a limit of jobs. */
export function limitVariable(name: LimitName, part: 'DEFAULT' | 'MAX'): string {
  return `DRYDOCK_LIMIT_${name.toUpperCase()}_${part}`;
}
