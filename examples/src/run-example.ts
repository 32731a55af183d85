import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks'; // allow clock: the demo shows how long a job took
import { fileURLToPath } from 'node:url';
import type { Client } from '@drydock/client';
import type { JobJson, JobRequestInput } from '@drydock/contracts';
import { JobRequest } from '@drydock/contracts';
import type { JobPrinter } from './job-printer.ts';
import { bundleRepository, readHead, restoreRepository } from './restore-repository.ts';

/** An example repository: a folder with `history.fast-export`, `job.json` and a transcript of the same name. */
export interface Example {
  readonly name: string;
  readonly directory: string;
}

export const EXAMPLES: readonly Example[] = ['ts', 'py'].map((name) => ({
  name,
  directory: fileURLToPath(new URL(`../${name}`, import.meta.url)),
}));

/** `job.json` of an example: its job without the source. */
const ExampleJob = JobRequest.pick({ kind: true, instruction: true, labels: true });

export interface ExampleResult {
  readonly job: JobJson;
  readonly patch: string;
  readonly durationMs: number;
}

interface RunContext {
  readonly client: Client;
  readonly printer: JobPrinter;
  /** Whether the scripted model answers. */
  readonly scripted: boolean;
  /** Asks a real model server for another model than the default one. */
  readonly model?: string | undefined;
}

/** The job of an example without its source. */
async function readJob(example: Example): Promise<Omit<JobRequestInput, 'source'>> {
  return ExampleJob.parse(JSON.parse(await readFile(join(example.directory, 'job.json'), 'utf8')));
}

/** The job of an example with its files, to be submitted as it is. */
export async function readExample(example: Example): Promise<JobRequestInput> {
  return { ...(await readJob(example)), source: await withRepository(example, readHead) };
}

/** Uploads the repository with its history, submits its job, shows it while it runs and gives back what it came to. */
export async function runExample(
  example: Example,
  context: RunContext,
  signal: AbortSignal,
): Promise<ExampleResult> {
  const { client, printer, scripted } = context;
  const request = await readJob(example);
  const model = scripted ? `scripted/fix-${example.name}` : context.model;
  printer.title(`${request.kind} examples/${example.name} (${scripted ? 'scripted model' : 'real model'})`);
  const startedAt = performance.now();
  const upload = await client.upload(await withRepository(example, bundleRepository), 'bundle', signal);
  const source = { type: 'upload' as const, upload_id: upload.id };
  const asked = model === undefined ? { ...request, source } : { ...request, source, model };
  const accepted = await client.submitJob(asked, signal);
  for await (const event of client.followEvents(accepted.id, {}, signal)) printer.event(event);
  const durationMs = performance.now() - startedAt;
  const job = await client.getJob(accepted.id, signal);
  const patch = await client.getPatch(accepted.id, signal);
  printer.patch(patch);
  printer.found(job);
  printer.verdict(job, durationMs);
  return { job, patch, durationMs };
}

async function withRepository<T>(example: Example, read: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'drydock-example-'));
  try {
    await restoreRepository(join(example.directory, 'history.fast-export'), directory);
    return await read(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
