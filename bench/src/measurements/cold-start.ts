import type { BenchHost } from '../bench-host.ts';
import { interleave, time } from '../interleave.ts';
import { toMeasurement, type Measurement } from '../measurement.ts';

/** From nothing to an agent process and a tool host that answer. */
export async function measureColdStart(bench: BenchHost): Promise<readonly Measurement[]> {
  const { values, floors } = await interleave(
    7,
    async () => {
      await using booted = new AsyncDisposableStack();
      return await time(async () => booted.use(await bench.boot()));
    },
    async () => {
      await using started = new AsyncDisposableStack();
      return await time(async () => {
        started.adopt(await bench.engine.start('sleep', '300'), (id) => bench.engine.remove(id));
      });
    },
  );
  const name = 'cold start, until agent and tool host answer';
  return [toMeasurement({ name, unit: 'ms', values, floorName: 'create + start of a container', floors })];
}
