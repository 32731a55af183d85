const WINDOW_MS = 60_000;
const MAX_RESTARTS = 5;
const FIRST_DELAY_MS = 250;

export type RestartDecision =
  | { readonly kind: 'restart'; readonly afterMs: number }
  | { readonly kind: 'give_up' };

/**
 * Whether a service that died is started again: five times a minute, with twice the pause each time. Dying more often
 * than that is no accident, and restarting would only hide it.
 */
export function decideRestart(deathsAt: readonly number[], now: number): RestartDecision {
  const recent = deathsAt.filter((at) => now - at < WINDOW_MS).length;
  if (recent > MAX_RESTARTS) return { kind: 'give_up' };
  return { kind: 'restart', afterMs: FIRST_DELAY_MS * 2 ** Math.max(0, recent - 1) };
}
