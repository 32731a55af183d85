import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createClient } from '@drydock/client';
import type { Stack, StackConfig } from '@drydock/local-stack';
import {
  StartError,
  explainFailure,
  parseStackConfig,
  startStack,
  watchStopSignals,
} from '@drydock/local-stack';
import { JobPrinter } from './job-printer.ts';
import { EXAMPLES, runExample } from './run-example.ts';
import type { ExampleResult } from './run-example.ts';

const EXIT_NOT_VERIFIED = 1;
const DEMO_TIMEOUT_MS = 600_000;

interface Options {
  readonly json: boolean;
  readonly model: string | undefined;
}

/** `npm run demo`: an installation of its own, one job per example, and a verdict that was reproduced. */
async function main(stop: AbortSignal): Promise<number> {
  const options = readOptions();
  const people = options.json ? process.stderr : process.stdout;
  const config = describeInstallation();
  people.write('… starting redis, api, worker and monitor\n');
  await using stack = await startStack(config, stop);
  const printer = new JobPrinter(people);
  const results = await watchOver(stack, stop, (signal) => runAll({ stack, printer, options }, signal));
  const verified = results.filter(({ job }) => job.result?.verified === true).length;
  people.write(`${verified} of ${results.length} verified\n`);
  return verified === results.length ? 0 : EXIT_NOT_VERIFIED;
}

function readOptions(): Options {
  try {
    const { values } = parseArgs({
      options: { json: { type: 'boolean', default: false }, model: { type: 'string' } },
    });
    return { json: values.json, model: values.model };
  } catch (cause) {
    throw new StartError('The demo takes --json, and --model for a real model server.', { cause });
  }
}

/** Beside any other installation of this machine: own data, own Redis, ports that the system picks. */
function describeInstallation(): StackConfig {
  const { redisUrl: _url, redisPrefix: _prefix, ...config } = parseStackConfig();
  return {
    ...config,
    dataDir: join(config.dataDir, 'demo'),
    apiPort: 0,
    workerMetricsPort: 0,
    monitorMetricsPort: 0,
    transcriptDirs: EXAMPLES.map((example) => example.directory),
  };
}

/** Does work that ends at once, with the reason, when somebody stops the demo or a service dies. */
async function watchOver<T>(
  stack: Stack,
  stop: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const broken = new AbortController();
  stack.onExit(({ obituary }) => broken.abort(new StartError(obituary, { exitCode: 1 })));
  const late = AbortSignal.timeout(DEMO_TIMEOUT_MS);
  const signal = AbortSignal.any([stop, broken.signal, late]);
  try {
    return await work(signal);
  } catch (error) {
    if (late.aborted) throw new StartError('The demo took longer than 10 minutes.', { exitCode: 1 });
    signal.throwIfAborted();
    throw error;
  }
}

async function runAll(
  { stack, printer, options }: { stack: Stack; printer: JobPrinter; options: Options },
  signal: AbortSignal,
): Promise<ExampleResult[]> {
  const { apiUrl: baseUrl, apiKey, scripted } = stack;
  const context = { client: createClient({ baseUrl, apiKey }), printer, scripted, model: options.model };
  const results: ExampleResult[] = [];
  for (const example of EXAMPLES) {
    const result = await runExample(example, context, signal);
    if (options.json) process.stdout.write(`${JSON.stringify(toJsonLine(result))}\n`);
    results.push(result);
  }
  return results;
}

/** One line of `npm run demo -- --json` (contract.md). */
function toJsonLine({ job, patch, durationMs }: ExampleResult) {
  const checks = job.result?.checks;
  return {
    id: job.id,
    status: job.status,
    verified: job.result?.verified ?? null,
    fail_to_pass: checks?.fail_to_pass ?? [],
    pass_to_pass: checks?.pass_to_pass ?? [],
    regressions: checks?.regressions ?? [],
    patch,
    duration_ms: Math.round(durationMs),
    model: job.model,
  };
}

const stop = watchStopSignals();
process.exitCode = await main(stop).catch((error: unknown) => {
  const { exitCode, text } = explainFailure(error);
  process.stderr.write(text);
  return exitCode;
});
