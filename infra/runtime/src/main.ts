import { ensureRuntime } from './index.ts';

/** Prints the runtime as one line of JSON, for setup, which runs on an older Node and cannot import this package. */
try {
  process.stdout.write(`${JSON.stringify(await ensureRuntime())}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
