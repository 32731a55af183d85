import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Client } from '@drydock/client';
import { createClient } from '@drydock/client';
import type { JobEvent, JobId, JobJson, JobRequest } from '@drydock/contracts';
import { EXAMPLES, readExample } from '@drydock/examples';
import type { Stack, StackConfig } from '@drydock/local-stack';
import { parseStackConfig, startStack } from '@drydock/local-stack';

export { listContainers } from './host-probes.ts';
export { findLeftovers, findTraces } from './leftovers.ts';

const TRANSCRIPTS = fileURLToPath(new URL('../transcripts', import.meta.url));

export const TRANSCRIPT_DIRS: readonly string[] = [
  ...EXAMPLES.map((example) => example.directory),
  TRANSCRIPTS,
];

/** A whole installation in a directory of its own, with ports that the system picks. */
export interface E2eStack extends AsyncDisposable {
  readonly stack: Stack;
  readonly client: Client;
  /** Where its services put what is temporary; nobody else does. */
  readonly tempDir: string;
  /** Submits the job of examples/ts with changes, usually another scripted model. */
  submit(changes: Partial<JobRequest>): Promise<JobJson>;
  /** Follows a job until an event is seen. Throws where it ends before that. */
  until(jobId: JobId, seen: (event: JobEvent) => boolean): Promise<void>;
  /** Follows a job to its end. */
  finish(jobId: JobId): Promise<FinishedJob>;
}

export interface FinishedJob {
  readonly job: JobJson;
  readonly events: readonly JobEvent[];
  readonly patch: string;
}

const JOB_TIMEOUT_MS = 90_000;

export async function startE2eStack(changes: Partial<StackConfig> = {}): Promise<E2eStack> {
  const root = await mkdtemp(join(tmpdir(), 'drydock-e2e-'));
  const tempDir = join(root, 'tmp');
  // As a directory of a machine is: the api is another user than the rest.
  await chmod(root, 0o711);
  await mkdir(tempDir);
  await chmod(tempDir, 0o1777);
  const { PATH, HOME, NODE_COMPILE_CACHE, XDG_RUNTIME_DIR } = process.env;
  const config = parseStackConfig({ PATH, HOME, NODE_COMPILE_CACHE, XDG_RUNTIME_DIR });
  const stack = await startStack({
    ...config,
    inherited: { ...config.inherited, TMPDIR: tempDir },
    dataDir: join(root, 'data'),
    apiPort: 0,
    workerMetricsPort: 0,
    monitorMetricsPort: 0,
    transcriptDirs: TRANSCRIPT_DIRS,
    ...changes,
  });
  const client = createClient({ baseUrl: stack.apiUrl, apiKey: stack.apiKey });
  return {
    stack,
    client,
    tempDir,
    submit: async (request) => {
      const [example] = EXAMPLES;
      if (example === undefined) throw new Error('There is no example.');
      const base = await readExample(example);
      return client.submitJob({ ...base, ...request }, AbortSignal.timeout(JOB_TIMEOUT_MS));
    },
    until: async (jobId, seen) => {
      const signal = AbortSignal.timeout(JOB_TIMEOUT_MS);
      for await (const event of client.followEvents(jobId, {}, signal)) if (seen(event)) return;
      throw new Error('The job ended before the event was seen.');
    },
    finish: (jobId) => finish(client, jobId),
    [Symbol.asyncDispose]: async () => {
      await stack[Symbol.asyncDispose]();
      await rm(root, { recursive: true, force: true });
    },
  };
}

async function finish(client: Client, jobId: JobId): Promise<FinishedJob> {
  const signal = AbortSignal.timeout(JOB_TIMEOUT_MS);
  const events: JobEvent[] = [];
  for await (const event of client.followEvents(jobId, {}, signal)) events.push(event);
  return { job: await client.getJob(jobId, signal), patch: await client.getPatch(jobId, signal), events };
}
