import { parseArgs } from 'node:util';
import { BenchHost } from './bench-host.ts';
import { startBenchStack } from './bench-stack.ts';
import { describeMachine } from './machine.ts';
import type { Measurement } from './measurement.ts';
import { measureColdStart } from './measurements/cold-start.ts';
import { measureRoundTrip } from './measurements/round-trip.ts';
import { measureThroughput } from './measurements/throughput.ts';
import { measureTurns } from './measurements/turns.ts';
import { measureWarmPool } from './measurements/warm-pool.ts';
import { measureWholeJob } from './measurements/whole-job.ts';
import { measureWorkspace } from './measurements/workspace.ts';
import { toTable } from './report.ts';

const CONCURRENCY = 2;

/** `npm run bench`: every number beside a floor that the same machine gave in the same run. */
async function main(): Promise<void> {
  const { values: options } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
  await using bench = await BenchHost.open();
  process.stderr.write(`${await describeMachine(bench.engine)}\n`);
  const all: Measurement[] = [];
  for (const measure of [measureRoundTrip, measureWarmPool, measureColdStart, measureWorkspace]) {
    all.push(...report(await measure(bench), options.json));
  }
  await using stack = await startBenchStack(CONCURRENCY);
  all.push(...report(await measureWholeJob(stack), options.json));
  all.push(...report(await measureThroughput(bench, stack), options.json));
  all.push(...report(await measureTurns(), options.json));
  if (!options.json) process.stdout.write(`\n${toTable(all)}\n`);
}

/** Says what was measured while the rest still runs. */
function report(measurements: readonly Measurement[], json: boolean): readonly Measurement[] {
  for (const measurement of measurements) {
    const { name, value_p50, unit, floor_name, floor_p50, ratio } = measurement;
    process.stderr.write(`  ${name}: ${value_p50} ${unit} (${floor_name}: ${floor_p50}, ratio ${ratio})\n`);
    if (json) process.stdout.write(`${JSON.stringify(measurement)}\n`);
  }
  return measurements;
}

await main();
