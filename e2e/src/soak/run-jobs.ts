import type { JobJson } from '@drydock/contracts';
import type { E2eStack } from '../e2e-stack.ts';
import type { Ending } from './endings.ts';
import { ENDINGS } from './endings.ts';

/** Longer than any of these jobs takes on a busy machine. */
const JOB_TIMEOUT_MS = 180_000;

/** One job that has ended, and what is wrong with how. */
export interface EndedJob {
  readonly ending: string;
  readonly seconds: number;
  /** Absent where it ended as it was meant to. */
  readonly problem?: string;
}

interface JobRun {
  readonly jobs: number;
  readonly parallel: number;
  readonly onEnd: (ended: EndedJob) => void;
}

/** Runs jobs of every ending in turn, so many at a time, until all have ended or the signal aborts. */
export async function runJobs(
  e2e: E2eStack,
  { jobs, parallel, onEnd }: JobRun,
  signal: AbortSignal,
): Promise<EndedJob[]> {
  const ended: EndedJob[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let mine = next++; mine < jobs; mine = next++) {
      signal.throwIfAborted();
      const ending = ENDINGS[mine % ENDINGS.length];
      if (ending === undefined) throw new Error('There are no endings.');
      const one = await runJob(e2e, ending, signal);
      ended.push(one);
      onEnd(one);
    }
  };
  await Promise.all(Array.from({ length: parallel }, lane));
  return ended;
}

async function runJob(e2e: E2eStack, ending: Ending, stop: AbortSignal): Promise<EndedJob> {
  const signal = AbortSignal.any([stop, AbortSignal.timeout(JOB_TIMEOUT_MS)]);
  const { client } = e2e;
  const startedAt = performance.now();
  const { id } = await client.submitJob(await ending.request(e2e), signal);
  let cancelled = false;
  let finishes = 0;
  for await (const event of client.followEvents(id, {}, signal)) {
    if (event.type === 'job.finished') finishes += 1;
    if (cancelled || ending.cancelWhen?.(event) !== true) continue;
    cancelled = true;
    await client.cancelJob(id, signal);
  }
  const job = await client.getJob(id, signal);
  const problem = findProblem(ending, job, finishes);
  const seconds = (performance.now() - startedAt) / 1_000;
  return { ending: ending.name, seconds, ...(problem === undefined ? {} : { problem }) };
}

function findProblem({ expected }: Ending, job: JobJson, finishes: number): string | undefined {
  if (finishes !== 1) return `${job.id} has ${finishes} last events`;
  const found = {
    status: job.status,
    code: job.error?.code ?? null,
    verified: job.result?.verified ?? null,
  };
  const [wanted, got] = [expected, found].map((one) => JSON.stringify(one));
  return wanted === got ? undefined : `${job.id} ended as ${got}, not as ${wanted}: ${job.error?.message}`;
}
