export interface CachedLayer {
  readonly key: string;
  readonly bytes: number;
  /** Epoch milliseconds. */
  readonly usedAt: number;
}

/**
 * Which layers have to go, so that the rest fits into the budget: the least recently used first, and none that was used
 * since `usedBefore`.
 */
export function chooseLayersToRemove(
  layers: readonly CachedLayer[],
  { budgetBytes, usedBefore }: { readonly budgetBytes: number; readonly usedBefore: number },
): readonly CachedLayer[] {
  let over = layers.reduce((sum, { bytes }) => sum + bytes, 0) - budgetBytes;
  return layers
    .filter(({ usedAt }) => usedAt < usedBefore)
    .toSorted((a, b) => a.usedAt - b.usedAt)
    .filter(({ bytes }) => {
      if (over <= 0) return false;
      over -= bytes;
      return true;
    });
}
