import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createClient } from '@drydock/client';
import type { Stack } from '@drydock/local-stack';
import { parseStackConfig, startStack } from '@drydock/local-stack';
import { JobPrinter } from './job-printer.ts';
import { EXAMPLES, runExample } from './run-example.ts';
import type { ExampleResult } from './run-example.ts';

const EXIT_NOT_VERIFIED = 1;
const EXIT_MACHINE = 78;
const DEMO_TIMEOUT_MS = 600_000;

/** `npm run demo`: an installation of its own, one job per example, and a verdict that was reproduced. */
async function main(): Promise<number> {
  const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
  const people = values.json ? process.stderr : process.stdout;
  const config = parseStackConfig();
  await using stack = await startStack({
    ...config,
    dataDir: join(config.dataDir, 'demo'),
    apiPort: 0,
    workerMetricsPort: 0,
    monitorMetricsPort: 0,
    transcriptDirs: EXAMPLES.map((example) => example.directory),
  });
  const printer = new JobPrinter(people);
  const results = await runAll(stack, printer, (result) => {
    if (values.json) process.stdout.write(`${JSON.stringify(toJsonLine(result))}\n`);
  });
  const verified = results.filter(({ job }) => job.result?.verified === true).length;
  people.write(`${verified} of ${results.length} verified\n`);
  return verified === results.length ? 0 : EXIT_NOT_VERIFIED;
}

async function runAll(
  stack: Stack,
  printer: JobPrinter,
  onResult: (result: ExampleResult) => void,
): Promise<ExampleResult[]> {
  const client = createClient({ baseUrl: stack.apiUrl, apiKey: stack.apiKey });
  const results: ExampleResult[] = [];
  for (const example of EXAMPLES) {
    const context = { client, printer, scripted: stack.scripted };
    const result = await runExample(example, context, AbortSignal.timeout(DEMO_TIMEOUT_MS));
    onResult(result);
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

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`drydock: ${error instanceof Error ? error.message : String(error)}\n`);
  return EXIT_MACHINE;
});
