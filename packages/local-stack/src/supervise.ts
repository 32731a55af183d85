import type { SystemClock } from '@drydock/service-kit';
import { decideRestart } from './decide-restart.ts';
import type { ServiceExit, ServiceName, Stack } from './start-stack.ts';

/** Enough for any decision. */
const MAX_REMEMBERED = 10;

interface Supervision {
  readonly stack: Pick<Stack, 'onExit' | 'restart'>;
  readonly clock: Pick<SystemClock, 'now' | 'sleep'>;
  /** Told in a line of what died, came back or did not. */
  readonly report: (line: string) => void;
}

/**
 * Starts services again that end by themselves: everything they need is on disk, and what they held is fenced off or
 * reaped. Resolves with undefined when the signal aborts, or with the end of a service that ends too often.
 */
export function supervise(supervision: Supervision, signal: AbortSignal): Promise<ServiceExit | undefined> {
  const ended = Promise.withResolvers<ServiceExit | undefined>();
  const onAbort = (): void => ended.resolve(undefined);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  const deaths = new Map<ServiceName, number[]>();
  const onExit = async (exit: ServiceExit): Promise<void> => {
    const deathsAt = [...(deaths.get(exit.name) ?? []), supervision.clock.now()].slice(-MAX_REMEMBERED);
    deaths.set(exit.name, deathsAt);
    const revived = await revive(supervision, { exit, deathsAt }, signal);
    if (!revived && !signal.aborted) ended.resolve(exit);
  };
  supervision.stack.onExit((exit) => void onExit(exit));
  return ended.promise;
}

/** Whether the service was started again. One that fails to start has ended, and is heard of as such. */
async function revive(
  { stack, clock, report }: Supervision,
  { exit, deathsAt }: { readonly exit: ServiceExit; readonly deathsAt: readonly number[] },
  signal: AbortSignal,
): Promise<boolean> {
  const decision = decideRestart(deathsAt, clock.now());
  if (decision.kind === 'give_up') return false;
  report(`${exit.obituary}; it is started again`);
  try {
    await clock.sleep(decision.afterMs, signal);
    await stack.restart(exit.name);
    report(`${exit.name} is back`);
  } catch (error) {
    if (!signal.aborted) report(error instanceof Error ? error.message : String(error));
  }
  return true;
}
