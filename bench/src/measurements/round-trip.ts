import { soon, type BenchHost } from '../bench-host.ts';
import { interleave, time } from '../interleave.ts';
import { toMeasurement, type Measurement } from '../measurement.ts';

const COMMAND = { cmd: 'true', workdir: '/', timeoutMs: 10_000, maxOutputBytes: 1_024 };

/** A shell command in a sandbox, from the asking to its exit code. */
export async function measureRoundTrip(bench: BenchHost): Promise<readonly Measurement[]> {
  await using sandbox = await bench.boot();
  const bare = await bench.engine.start('sleep', '300');
  try {
    const { values, floors } = await interleave(
      40,
      () => time(() => sandbox.exec(COMMAND, soon())),
      () => time(() => bench.engine.exec(bare, 'sh', '-c', 'true')),
    );
    const name = 'command round trip';
    return [toMeasurement({ name, unit: 'ms', values, floorName: 'docker exec', floors })];
  } finally {
    await bench.engine.remove(bare);
  }
}
