/** One line of `npm run bench -- --json` (docs: contract of the command). */
export interface Measurement {
  readonly name: string;
  readonly unit: 'ms' | 'MiB' | 'jobs/s' | 'tokens';
  readonly value_p50: number;
  readonly value_p95: number;
  /** What the machine can do at best, or what the value is a part of, measured in the same run. */
  readonly floor_name: string;
  readonly floor_p50: number;
  /** Value by floor. */
  readonly ratio: number;
}

interface Series {
  readonly name: string;
  readonly unit: Measurement['unit'];
  readonly values: readonly number[];
  readonly floorName: string;
  readonly floors: readonly number[];
}

export function toMeasurement({ name, unit, values, floorName, floors }: Series): Measurement {
  const [value, floor] = [quantile(values, 0.5), quantile(floors, 0.5)];
  return {
    name,
    unit,
    value_p50: round(value),
    value_p95: round(quantile(values, 0.95)),
    floor_name: floorName,
    floor_p50: round(floor),
    ratio: round(value / floor),
  };
}

/** Linear between the two nearest. Throws RangeError where there is nothing. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const [low, high] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  if (low === undefined || high === undefined) throw new RangeError('There are no values.');
  return low + (high - low) * (at - Math.floor(at));
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
