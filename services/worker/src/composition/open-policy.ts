import type { Clock } from '@drydock/core';
import { CommandPolicy } from '@drydock/policy';
import type { Shutdown } from '@drydock/service-kit';

const CLOSE_MS = 2_000;

/** Starts the thread that reads commands. Throws `internal_error` where its parsers or rules are broken. */
export async function openPolicy({
  clock,
  shutdown,
}: {
  clock: Clock;
  shutdown: Shutdown;
}): Promise<CommandPolicy> {
  const policy = await CommandPolicy.start({ clock }, shutdown.signal);
  shutdown.add('policy', CLOSE_MS, () => policy[Symbol.asyncDispose]());
  return policy;
}
