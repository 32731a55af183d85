import { hrtime } from 'node:process';
import { systemClock } from '@drydock/service-kit';

export interface Timed {
  /** Resolves with what was measured, milliseconds. */
  (): Promise<number>;
}

/** The engine goes on tidying after its answer: what one side leaves to do is not to be paid by the other. */
const SETTLE_MS = 50;

/**
 * Runs both sides in turn, so that whatever else the machine does meets both. The first round warms up and is not
 * counted.
 */
export async function interleave(
  rounds: number,
  value: Timed,
  floor: Timed,
): Promise<{ values: number[]; floors: number[] }> {
  const values: number[] = [];
  const floors: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const pair = [await settled(value), await settled(floor)] as const;
    if (round === 0) continue;
    values.push(pair[0]);
    floors.push(pair[1]);
  }
  return { values, floors };
}

async function settled(measure: Timed): Promise<number> {
  await systemClock.sleep(SETTLE_MS);
  return measure();
}

/** Resolves with how long it took, milliseconds. */
export async function time(work: () => Promise<unknown>): Promise<number> {
  const startedAt = hrtime.bigint();
  await work();
  return Number(hrtime.bigint() - startedAt) / 1e6;
}
