/** What a pool knows when it decides whether to boot another sandbox. */
export interface RefillFacts {
  readonly idle: number;
  /** Sandboxes that run or start, idle ones included. */
  readonly running: number;
  /** What all of them may hold together, bytes. */
  readonly heldBytes: number;
}

export interface RefillLimits {
  readonly size: number;
  /** What one more may hold, bytes. */
  readonly sandboxBytes: number;
  /** What all may hold together, bytes. */
  readonly memoryBytes: number;
  readonly maxRunning: number;
}

export type RefillDecision =
  | { readonly kind: 'boot' }
  | { readonly kind: 'wait'; readonly reason: 'full' | 'memory' | 'running' };

/** Whether a pool boots another sandbox now. Jobs come first: what they may hold is counted, used or not. */
export function decideRefill(facts: RefillFacts, limits: RefillLimits): RefillDecision {
  if (facts.idle >= limits.size) return { kind: 'wait', reason: 'full' };
  if (facts.running >= limits.maxRunning) return { kind: 'wait', reason: 'running' };
  if (facts.heldBytes + limits.sandboxBytes > limits.memoryBytes) return { kind: 'wait', reason: 'memory' };
  return { kind: 'boot' };
}
