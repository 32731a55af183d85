import type { StackConfig } from '@drydock/local-stack';
import { afterAll, beforeAll, expect } from 'vitest';
import type { E2eStack } from './e2e-stack.ts';
import { findLeftovers, startE2eStack } from './e2e-stack.ts';

/**
 * Gives the tests of a suite one installation. What it leaves on the machine fails the suite. The changes are asked for
 * when it starts: hooks before it may have made what they name.
 */
export function useE2eStack(
  give: (e2e: E2eStack) => void,
  changes: () => Partial<StackConfig> = () => ({}),
): void {
  let e2e: E2eStack | undefined;

  beforeAll(async () => {
    e2e = await startE2eStack(changes());
    give(e2e);
  });

  afterAll(async () => {
    if (e2e === undefined) return;
    const { instanceId } = e2e.stack.data;
    await e2e[Symbol.asyncDispose]();
    expect(await findLeftovers(instanceId)).toEqual([]);
  });
}
