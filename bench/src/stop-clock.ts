/** Milliseconds of a clock that only goes forward, in fractions: for differences alone. */
export const readStopClock = (): number => performance.now();
