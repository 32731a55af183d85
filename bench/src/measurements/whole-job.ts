import type { JobEvent } from '@drydock/contracts';
import type { BenchStack, FinishedJob } from '../bench-stack.ts';
import { toMeasurement, type Measurement } from '../measurement.ts';

const JOBS = 5;

/** States of a job in their order, and what happens in each. */
const PHASES = {
  queued: 'waits for a worker',
  starting: 'layer, sandbox, workspace',
  planning: 'plan',
  running: 'edits, commands, patch',
  verifying: 'checks before and after, result',
} as const;

/** One job at a time, from accepting it to its verdict; then where the time went. */
export async function measureWholeJob(stack: BenchStack): Promise<readonly Measurement[]> {
  // The first builds the layer.
  await stack.runJob();
  const jobs: FinishedJob[] = [];
  for (let job = 0; job < JOBS; job += 1) jobs.push(await stack.runJob());
  const totals = jobs.map(({ events }) => endOf(events) - startOf(events));
  const checks = jobs.map(checkTime);
  const name = 'whole job, accepted to verified';
  const floorName = 'its checks alone, the slower side';
  const whole = toMeasurement({ name, unit: 'ms', values: totals, floorName, floors: checks });
  const phases = Object.entries(PHASES).map(([state, what]) =>
    toMeasurement({
      name: `· ${state}: ${what}`,
      unit: 'ms',
      values: jobs.map(({ events }) => timeIn(state, events)),
      floorName: 'whole job',
      floors: totals,
    }),
  );
  return [whole, ...phases];
}

/** What the verification's own commands took: both sides run at the same time. */
function checkTime({ job }: FinishedJob): number {
  const checks = job.result?.checks;
  const sides = [checks?.before, checks?.after].map(
    (side) => (side?.tests?.duration_ms ?? 0) + (side?.lint?.duration_ms ?? 0),
  );
  return Math.max(...sides);
}

function startOf(events: readonly JobEvent[]): number {
  return Date.parse(events[0]?.at ?? '');
}

function endOf(events: readonly JobEvent[]): number {
  return Date.parse(events.at(-1)?.at ?? '');
}

function timeIn(state: string, events: readonly JobEvent[]): number {
  const changes = events.filter((event) => event.type === 'job.state_changed');
  const entered = changes.findIndex(({ data }) => data.to === state);
  const [from, until] = [changes[entered]?.at, changes[entered + 1]?.at ?? events.at(-1)?.at];
  return Date.parse(until ?? '') - Date.parse(from ?? '');
}
