import { describe, expect, it } from 'vitest';
import { quantile, toMeasurement } from './measurement.ts';

describe('a measurement', () => {
  it('is the medians and their ratio', () => {
    const series = { name: 'n', unit: 'ms' as const, values: [3, 1, 2], floorName: 'f', floors: [8, 4] };
    expect(toMeasurement(series)).toEqual({
      name: 'n',
      unit: 'ms',
      value_p50: 2,
      value_p95: 2.9,
      floor_name: 'f',
      floor_p50: 6,
      ratio: 0.3333,
    });
  });

  it('is not made of nothing', () => {
    expect(() => quantile([], 0.5)).toThrow(RangeError);
  });
});
