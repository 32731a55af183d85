const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** What is waited before each try but the first, milliseconds. */
const DELAYS_MS = [
  5 * SECOND_MS,
  30 * SECOND_MS,
  2 * MINUTE_MS,
  10 * MINUTE_MS,
  HOUR_MS,
  6 * HOUR_MS,
] as const;
/** Up to a fifth more, so that what failed together is not tried again together. */
const JITTER = 0.2;

/** Milliseconds until a webhook is tried again that failed `tries` times; undefined: it is given up. `random`: 0 to 1. */
export function decideNextTry(tries: number, random: number): number | undefined {
  const delayMs = DELAYS_MS[tries - 1];
  return delayMs === undefined ? undefined : Math.round(delayMs * (1 + JITTER * random));
}
