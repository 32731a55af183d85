import type { ClientClock } from './client-clock.ts';
import { ClientError } from './client-error.ts';

const MAX_SENDS = 6;
const FIRST_DELAY_MS = 250;

/** Sends up to six times, 8 s in all, where the server is away or says that it cannot now. The last failure is thrown. */
export async function retry<Value>(
  send: () => Promise<Value>,
  clock: ClientClock,
  signal: AbortSignal,
): Promise<Value> {
  for (let sends = 1; ; sends += 1) {
    try {
      return await send();
    } catch (error) {
      if (sends === MAX_SENDS || !(error instanceof ClientError) || !error.isTransient) throw error;
      await clock.sleep(FIRST_DELAY_MS * 2 ** (sends - 1), signal);
    }
  }
}
