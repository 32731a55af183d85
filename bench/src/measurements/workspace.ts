import type { Layer } from '@drydock/core';
import { soon, type BenchHost } from '../bench-host.ts';
import { interleave, time } from '../interleave.ts';
import { toMeasurement, type Measurement } from '../measurement.ts';

/** A workspace out of a cached layer: it is mounted, so its size must not matter. */
export async function measureWorkspace(bench: BenchHost): Promise<readonly Measurement[]> {
  using small = await bench.layer(20);
  using large = await bench.layer(20_000);
  const mount = async (layer: Layer) => {
    await using sandbox = await bench.boot();
    return await time(() => sandbox.mountWorkspace(layer, 'read_only', soon()));
  };
  const { values, floors } = await interleave(
    7,
    () => mount(large),
    () => mount(small),
  );
  const name = 'workspace of 20,000 files';
  return [toMeasurement({ name, unit: 'ms', values, floorName: 'of 20 files', floors })];
}
