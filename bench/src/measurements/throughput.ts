import type { BenchHost } from '../bench-host.ts';
import type { BenchStack } from '../bench-stack.ts';
import { interleave, time } from '../interleave.ts';
import { toMeasurement, type Measurement } from '../measurement.ts';

const JOBS = 6;
const PARALLEL = 3;
/** One for the agent, one for each side of the verification. */
const CONTAINERS_PER_JOB = 3;

/** Many jobs at once, against the containers that the machine can make and remove. */
export async function measureThroughput(
  bench: BenchHost,
  stack: BenchStack,
): Promise<readonly Measurement[]> {
  const { values, floors } = await interleave(
    2,
    () => time(() => Promise.all(Array.from({ length: JOBS }, () => stack.runJob()))),
    () => time(() => churn(bench, JOBS * CONTAINERS_PER_JOB)),
  );
  const perSecond = (durationMs: number) => (JOBS * 1_000) / durationMs;
  return [
    toMeasurement({
      name: 'jobs per second',
      unit: 'jobs/s',
      values: values.map(perSecond),
      floorName: `container churn, ${CONTAINERS_PER_JOB} a job`,
      floors: floors.map(perSecond),
    }),
  ];
}

/** Creates, starts and removes containers, a few at a time. */
async function churn({ engine }: BenchHost, count: number): Promise<void> {
  const lanes = Array.from({ length: PARALLEL }, async () => {
    for (let turn = 0; turn < count / PARALLEL; turn += 1) {
      await engine.remove(await engine.start('sleep', '300'));
    }
  });
  await Promise.all(lanes);
}
