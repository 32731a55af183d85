import type { CensusRow } from '../census/compare-census.ts';
import { compareCensus, findLeaks } from '../census/compare-census.ts';
import type { Census } from '../census/kinds.ts';
import { takeCensus } from '../census/take-census.ts';
import { ContainerHistory } from '../container-history.ts';
import type { E2eStack } from '../e2e-stack.ts';
import { startE2eStack } from '../e2e-stack.ts';
import { ENDINGS } from './endings.ts';
import type { EndedJob } from './run-jobs.ts';
import { runJobs } from './run-jobs.ts';

/** How long an installation may take after its last job until nothing of it is left. */
const SETTLE_MS = 20_000;
const POLL_MS = 500;
const WARM_SANDBOXES = 2;

export interface SoakOptions {
  readonly jobs: number;
  readonly parallel: number;
  /** Told of each step and of each job. */
  readonly say: (line: string) => void;
}

export interface SoakReport {
  readonly ended: readonly EndedJob[];
  readonly seconds: number;
  readonly rows: readonly CensusRow[];
}

/**
 * Runs jobs that end in every way on an installation of its own, and counts what they leave. One job of each ending runs
 * before the first count: caches are filled and services warm then, and what comes on top is a leak.
 */
export async function soak({ jobs, parallel, say }: SoakOptions, signal: AbortSignal): Promise<SoakReport> {
  say(`starting an installation; then one job of each of ${ENDINGS.length} endings, which are not counted`);
  await using e2e = await startE2eStack({
    settings: {
      // The hostile repository is to reach the container, past the tripwire before it.
      DRYDOCK_COMMAND_POLICY: 'report_only',
      DRYDOCK_WORKER_CONCURRENCY: String(parallel),
      DRYDOCK_WARM_SANDBOXES: String(WARM_SANDBOXES),
    },
  });
  using history = await ContainerHistory.open(e2e.stack.data.instanceId);
  const warmUp = await runJobs(e2e, { jobs: ENDINGS.length, parallel, onEnd: () => undefined }, signal);
  const before = await takeSettledCensus({ e2e, history }, isIdle);
  say(`${jobs} jobs, ${parallel} at a time`);
  const startedAt = performance.now();
  const onEnd = createProgress(jobs, say);
  const ended = await runJobs(e2e, { jobs, parallel, onEnd }, signal);
  const seconds = (performance.now() - startedAt) / 1_000;
  const isAllowed = (after: Census) => findLeaks(compareCensus(before, after, jobs)).length === 0;
  const after = await takeSettledCensus({ e2e, history }, isAllowed);
  return { ended: [...warmUp, ...ended], seconds, rows: compareCensus(before, after, jobs) };
}

interface Subject {
  readonly e2e: E2eStack;
  readonly history: ContainerHistory;
}

/** Nothing but the warm pool, which is full. */
function isIdle(census: Census): boolean {
  const isFull = census.containers.count === WARM_SANDBOXES && census.slots.count === WARM_SANDBOXES;
  return isFull && census['sandbox records'].count === 0 && census['queue messages'].count === 0;
}

/** The first census that is settled, or the last one before the time is up. */
async function takeSettledCensus(
  { e2e, history }: Subject,
  isSettled: (census: Census) => boolean,
): Promise<Census> {
  const deadlineAt = performance.now() + SETTLE_MS;
  for (;;) {
    const census = await takeCensus(e2e, history.containerIds);
    if (isSettled(census) || performance.now() > deadlineAt) return census;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function createProgress(jobs: number, say: SoakOptions['say']): (ended: EndedJob) => void {
  let done = 0;
  return ({ ending, seconds, problem }) => {
    done += 1;
    const place = `${String(done).padStart(String(jobs).length)}/${jobs}`;
    say(`${place}  ${seconds.toFixed(1).padStart(5)} s  ${ending}${problem ? `  ✗ ${problem}` : ''}`);
  };
}

/** Whether every job ended as it was meant to and nothing leaked. */
export const isClean = ({ ended, rows }: SoakReport): boolean =>
  findLeaks(rows).length === 0 && ended.every(({ problem }) => problem === undefined);
