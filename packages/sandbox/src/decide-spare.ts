export interface SpareFacts {
  /** Sandboxes that wait. */
  readonly idle: number;
  /** Sandboxes that jobs have, on their way in or out too. */
  readonly leased: number;
}

export type SpareDecision =
  | { readonly kind: 'give' }
  | { readonly kind: 'keep'; readonly reason: 'last' | 'busy' };

/**
 * Whether a sandbox is to spare for work that can also wait: another stays for the next job, and there is a core for
 * each of those at work, or the work that cannot wait would pay for it.
 */
export function decideSpare({ idle, leased }: SpareFacts, cores: number): SpareDecision {
  if (idle < 2) return { kind: 'keep', reason: 'last' };
  return leased < cores ? { kind: 'give' } : { kind: 'keep', reason: 'busy' };
}
