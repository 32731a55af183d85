import type { Clock } from '@drydock/core';
import { withDeadline } from './deadline.ts';
import type { ToolHost } from './tool-host.ts';

/** How often it is asked; after 10 s without an answer it is given up. */
const PING_MS = 5_000;
const PONG_MS = 4_000;
const LAST_PONG_MS = 1_000;

interface Watch {
  readonly clock: Clock;
  /** Whether it does something that keeps it from answering, and that has a deadline of its own. */
  readonly isBusy: () => boolean;
  /** Runs work while nothing has the tool host stand still, as a capture does. */
  readonly whileRunning: (work: () => Promise<void>) => Promise<void>;
}

/** Until `signal`: gives up a tool host that does not answer. A command of its uid can stop it, and nobody would know. */
export async function watchToolHost(host: ToolHost, watch: Watch, signal: AbortSignal): Promise<void> {
  const { clock, isBusy, whileRunning } = watch;
  const isSilent = async (timeoutMs: number): Promise<boolean> => {
    if (isBusy()) return false;
    const { answer } = host.call({ type: 'ping', body: {} });
    return withDeadline({ clock, timeoutMs, outer: signal }, () => answer).then(
      () => false,
      () => !signal.aborted && !isBusy(),
    );
  };
  while (host.isAlive && !signal.aborted) {
    await clock.sleep(PING_MS, signal).catch(() => undefined);
    if (signal.aborted || !(await isSilent(PONG_MS))) continue;
    await whileRunning(async () => {
      if (await isSilent(LAST_PONG_MS)) host.abandon('silent');
    });
  }
}
