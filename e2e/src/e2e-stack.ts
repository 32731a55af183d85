import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Client } from '@drydock/client';
import { createClient } from '@drydock/client';
import type { JobEvent, JobId, JobJson, JobRequest } from '@drydock/contracts';
import { EXAMPLES, readExample } from '@drydock/examples';
import type { Stack, StackConfig } from '@drydock/local-stack';
import { parseStackConfig, readSetupFacts, startStack } from '@drydock/local-stack';

const run = promisify(execFile);
const TRANSCRIPTS = fileURLToPath(new URL('../transcripts', import.meta.url));

export const TRANSCRIPT_DIRS: readonly string[] = [
  ...EXAMPLES.map((example) => example.directory),
  TRANSCRIPTS,
];

/** A whole installation in a directory of its own, with ports that the system picks. */
export interface E2eStack extends AsyncDisposable {
  readonly stack: Stack;
  readonly client: Client;
  /** Submits the job of examples/ts with changes, usually another scripted model. */
  submit(changes: Partial<JobRequest>): Promise<JobJson>;
  /** Follows a job to its end. */
  finish(jobId: JobId): Promise<FinishedJob>;
}

export interface FinishedJob {
  readonly job: JobJson;
  readonly events: readonly JobEvent[];
  readonly patch: string;
}

const JOB_TIMEOUT_MS = 90_000;
const ENGINE_TIMEOUT_MS = 5_000;

export async function startE2eStack(changes: Partial<StackConfig> = {}): Promise<E2eStack> {
  const dataDir = await mkdtemp(join(tmpdir(), 'drydock-e2e-'));
  const stack = await startStack({
    ...parseStackConfig({ PATH: process.env['PATH'], HOME: process.env['HOME'] }),
    dataDir,
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
    submit: async (request) => {
      const [example] = EXAMPLES;
      if (example === undefined) throw new Error('There is no example.');
      const base = await readExample(example);
      return client.submitJob({ ...base, ...request }, AbortSignal.timeout(JOB_TIMEOUT_MS));
    },
    finish: (jobId) => finish(client, jobId),
    [Symbol.asyncDispose]: async () => {
      await stack[Symbol.asyncDispose]();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function finish(client: Client, jobId: JobId): Promise<FinishedJob> {
  const signal = AbortSignal.timeout(JOB_TIMEOUT_MS);
  const events: JobEvent[] = [];
  for await (const event of client.followEvents(jobId, {}, signal)) events.push(event);
  return { job: await client.getJob(jobId, signal), patch: await client.getPatch(jobId, signal), events };
}

/** Everything an installation could have left on this machine: containers, mounts, processes, files, cgroups, uids. */
export async function findLeftovers(instanceId: string): Promise<string[]> {
  // First alone: the id is an argument of docker's, and would be found among the processes.
  const containers = await listContainers(instanceId);
  const found = await Promise.all([
    readFile('/proc/self/mountinfo', 'utf8').then((text) =>
      text.split('\n').filter((line) => line.includes(instanceId)),
    ),
    listProcesses(instanceId),
    list(join('/run/drydock', instanceId, 'shared', 'slots')),
    listContainerCgroups(instanceId),
    listUidClaims(instanceId),
  ]);
  return [...containers, ...found.flat()];
}

/** What must not be there either once an installation has stopped: what its sandboxes shared. */
export async function findTraces(instanceId: string): Promise<string[]> {
  const stateDirs = (await list('/run/drydock')).filter((name) => name === instanceId);
  return [...(await findLeftovers(instanceId)), ...stateDirs, ...(await listParentCgroups(instanceId))];
}

const list = (dir: string): Promise<string[]> => readdir(dir).catch(() => []);

/** On cgroup v1 one in each hierarchy. */
async function listParentCgroups(instanceId: string): Promise<string[]> {
  const root = '/sys/fs/cgroup';
  const hierarchies = [root, ...(await list(root)).map((name) => join(root, name))];
  const groups = await Promise.all(
    hierarchies.map(async (dir) => (await list(dir)).map((name) => join(dir, name))),
  );
  return groups.flat().filter((path) => path.endsWith(`/drydock-${instanceId}`));
}

async function listContainerCgroups(instanceId: string): Promise<string[]> {
  const parents = await listParentCgroups(instanceId);
  const names = await Promise.all(parents.map(list));
  return names.flat().filter((name) => /^[0-9a-f]{64}$/.test(name));
}

async function listUidClaims(instanceId: string): Promise<string[]> {
  const dir = '/run/drydock/uids';
  const claims = (await list(dir)).map(async (name) => {
    const text = await readFile(join(dir, name), 'utf8').catch(() => '');
    return text.includes(instanceId) ? [`uid ${name}`] : [];
  });
  return (await Promise.all(claims)).flat();
}

/** Containers of an instance, by the label that every container carries. */
export async function listContainers(instanceId: string): Promise<string[]> {
  const { dockerSocket } = await readSetupFacts();
  const filters = JSON.stringify({ label: [`drydock.instance=${instanceId}`] });
  const path = `/containers/json?all=true&filters=${encodeURIComponent(filters)}`;
  const request = get({ socketPath: dockerSocket, path, signal: AbortSignal.timeout(ENGINE_TIMEOUT_MS) });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const containers = JSON.parse(await text(response)) as { Id: string }[];
  return containers.map(({ Id }) => Id);
}

async function listProcesses(instanceId: string): Promise<string[]> {
  const { stdout } = await run('ps', ['-eo', 'pid,args']);
  return stdout.split('\n').filter((line) => line.includes(instanceId));
}
