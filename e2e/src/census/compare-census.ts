import type { Census, Kind } from './kinds.ts';
import { KINDS } from './kinds.ts';

export interface CensusRow {
  readonly kind: Kind;
  readonly before: number;
  readonly after: number;
  readonly allowed: number;
  readonly leaked: number;
  /** What is new, where something leaked. */
  readonly suspects: readonly string[];
}

/** Kind by kind: what there is after `jobs` finished jobs beside what may be. */
export function compareCensus(before: Census, after: Census, jobs: number): CensusRow[] {
  return (Object.keys(KINDS) as Kind[]).map((kind) => {
    const { fixed, perJob } = KINDS[kind];
    const allowed = before[kind].count + fixed + Math.ceil(perJob * jobs);
    const leaked = Math.max(0, after[kind].count - allowed);
    const known = new Set(before[kind].names);
    const suspects = leaked === 0 ? [] : after[kind].names.filter((name) => !known.has(name));
    return { kind, before: before[kind].count, after: after[kind].count, allowed, leaked, suspects };
  });
}

/** The rows that say that something leaked. */
export const findLeaks = (rows: readonly CensusRow[]): CensusRow[] => rows.filter(({ leaked }) => leaked > 0);
