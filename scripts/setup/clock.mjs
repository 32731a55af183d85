// @ts-check
import { setTimeout as delay } from 'node:timers/promises';

/** Milliseconds since the process started; only differences mean something. */
export function now() {
  return performance.now();
}

/**
 * @param {number} durationMs
 * @param {AbortSignal} signal
 * @returns {Promise<void>} rejects with the signal's reason
 */
export async function sleep(durationMs, signal) {
  await delay(durationMs, undefined, { signal }).catch(() => signal.throwIfAborted());
}

/**
 * Calls `tick` every `periodMs` without keeping the process alive.
 * @param {number} periodMs
 * @param {() => void} tick
 * @returns {() => void} stops it
 */
export function every(periodMs, tick) {
  const timer = setInterval(tick, periodMs).unref();
  return () => clearInterval(timer);
}

/**
 * Calls `act` once, later, without keeping the process alive.
 * @param {number} delayMs
 * @param {() => void} act
 * @returns {() => void} calls it off
 */
export function later(delayMs, act) {
  const timer = setTimeout(act, delayMs).unref();
  return () => clearTimeout(timer);
}

/**
 * Asks `isDone` until it says yes.
 * @param {() => Promise<boolean>} isDone
 * @param {{ timeoutMs: number, periodMs: number, signal: AbortSignal }} options
 * @returns {Promise<boolean>} false when the time is over
 */
export async function waitUntil(isDone, { timeoutMs, periodMs, signal }) {
  const end = now() + timeoutMs;
  while (now() < end) {
    if (await isDone()) return true;
    await sleep(periodMs, signal);
  }
  return false;
}
