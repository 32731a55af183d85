import type { JobLimits } from '@drydock/contracts';

/** `max_cost_usd` has neither default nor maximum. */
type LimitName = Exclude<keyof JobLimits, 'max_cost_usd'>;

export interface LimitRange {
  readonly default: number;
  readonly maximum: number;
}

/** Defaults and maxima of contract.md; an installation may configure its own table. */
export const LIMITS = {
  timeout_seconds: { default: 900, maximum: 7_200 },
  memory_mb: { default: 1_536, maximum: 8_192 },
  cpus: { default: 1, maximum: 4 },
  disk_mb: { default: 512, maximum: 4_096 },
  max_turns: { default: 60, maximum: 300 },
  max_tokens_total: { default: 2_000_000, maximum: 20_000_000 },
} as const satisfies Record<LimitName, LimitRange>;

export type LimitTable = Readonly<Record<LimitName, LimitRange>>;

export type ResolvedLimits =
  | { readonly kind: 'resolved'; readonly limits: JobLimits }
  | { readonly kind: 'over_maximum'; readonly limit: LimitName; readonly maximum: number };

/** Fills in defaults. A value over the maximum is refused, never clamped in silence. */
export function resolveLimits(
  requested: { readonly [Name in keyof JobLimits]?: number | undefined },
  table: LimitTable = LIMITS,
): ResolvedLimits {
  const limits: Partial<Record<LimitName, number>> = {};
  for (const name of Object.keys(table) as LimitName[]) {
    const value = requested[name] ?? table[name].default;
    if (value > table[name].maximum) {
      return { kind: 'over_maximum', limit: name, maximum: table[name].maximum };
    }
    limits[name] = value;
  }
  const { max_cost_usd: maxCost } = requested;
  const resolved = { ...limits, ...(maxCost === undefined ? {} : { max_cost_usd: maxCost }) };
  return { kind: 'resolved', limits: resolved as JobLimits };
}
