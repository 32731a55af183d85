/*
 * What each share of Redis's maxmemory is for. Below the first everything is taken in; above the last, which only a
 * burst of results reaches, what Redis runs for BullMQ waits, and jobs that run still commit.
 */

/** From here on no job is accepted: the rest is for those that were. */
export const ACCEPT_SHARE = 0.85;
/** From here on events of attempts are left out: the rest is for states and results. */
export const EVENT_SHARE = 0.95;
