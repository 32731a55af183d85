import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, type Client } from '@drydock/client';
import type { JobEvent, JobJson, JobRequestInput } from '@drydock/contracts';
import { EXAMPLES, readExample } from '@drydock/examples';
import { parseStackConfig, startStack } from '@drydock/local-stack';
import { soon } from './bench-host.ts';

export interface FinishedJob {
  readonly job: JobJson;
  readonly events: readonly JobEvent[];
}

/** A whole installation in a directory of its own, whose scripted model answers at once. */
export interface BenchStack extends AsyncDisposable {
  /** Submits the first example's job and follows it to its end. Throws where it is not verified. */
  runJob(): Promise<FinishedJob>;
  /** The same repository, reviewed by this model. Throws where the job does not succeed. */
  runReview(model: string): Promise<FinishedJob>;
}

export async function startBenchStack(
  concurrency: number,
  model?: { readonly baseUrl: string },
): Promise<BenchStack> {
  await using started = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), 'drydock-bench-'));
  started.defer(() => rm(dataDir, { recursive: true, force: true }));
  const { redisUrl: _url, model: _model, ...config } = parseStackConfig();
  const stack = await startStack({
    ...config,
    ...(model === undefined ? {} : { model }),
    dataDir,
    apiPort: 0,
    workerMetricsPort: 0,
    monitorMetricsPort: 0,
    transcriptDirs: EXAMPLES.map(({ directory }) => directory),
    settings: { ...config.settings, DRYDOCK_WORKER_CONCURRENCY: String(concurrency) },
  });
  started.use(stack);
  const client = createClient({ baseUrl: stack.apiUrl, apiKey: stack.apiKey });
  const request = await readRequest();
  const all = started.move();
  return {
    runJob: async () => {
      const finished = await runJob(client, request);
      if (finished.job.result?.verified === true) return finished;
      throw new Error(`The job ended ${finished.job.status}, not verified.`);
    },
    runReview: async (reviewer) => {
      const finished = await runJob(client, { ...request, kind: 'review', model: reviewer });
      if (finished.job.status === 'succeeded') return finished;
      throw new Error(`The review ended ${finished.job.status}: ${finished.job.error?.message}`);
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

async function readRequest(): Promise<JobRequestInput> {
  const [example] = EXAMPLES;
  if (example === undefined) throw new Error('There is no example.');
  return { ...(await readExample(example)), model: `scripted/fix-${example.name}` };
}

async function runJob(client: Client, request: JobRequestInput): Promise<FinishedJob> {
  const { id } = await client.submitJob(request, soon());
  const events: JobEvent[] = [];
  for await (const event of client.followEvents(id, {}, soon())) events.push(event);
  const job = await client.getJob(id, soon());
  return { job, events };
}
