export interface CachedMirror {
  readonly name: string;
  readonly bytes: number;
  /** Epoch milliseconds. */
  readonly usedAt: number;
}

/** Which mirrors have to go, so that the rest fits into a budget: the least recently used first. */
export function chooseEvictions(
  mirrors: readonly CachedMirror[],
  budgetBytes: number,
): readonly CachedMirror[] {
  let over = mirrors.reduce((sum, { bytes }) => sum + bytes, 0) - budgetBytes;
  return mirrors
    .toSorted((a, b) => a.usedAt - b.usedAt)
    .filter(({ bytes }) => {
      if (over <= 0) return false;
      over -= bytes;
      return true;
    });
}
