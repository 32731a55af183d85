/** `npm run check`: everything that needs neither Docker nor Redis, two steps at a time; prints what failed. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
/** One step per core of the smallest supported machine. */
const LANES = 2;
const STEP_TIMEOUT_MS = 120_000;

/** Longest first, so that the lanes end together. */
const STEPS: readonly (readonly [name: string, command: string, ...args: string[]])[] = [
  ['unit tests', 'vitest', 'run', '--project', 'unit'],
  ['dead code', 'knip'],
  ['dead exports', 'knip', '--include-entry-exports', '--include', 'exports'],
  ['types', 'tsc', '-p', '.'],
  ['lint', 'oxlint'],
  ['boundaries', 'node', 'scripts/check-boundaries.ts'],
  ['format', 'oxfmt', '--check', '.'],
  ['lint rules', 'node', 'scripts/check-lint-rules.ts'],
  ['source rules', 'node', 'scripts/check-source-rules.ts'],
  ['documents', 'node', 'scripts/generate-docs.ts', '--check'],
];

/** Runs one step; resolves with its output where it failed and with undefined where it passed. */
function run(command: string, args: readonly string[]): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const child = spawn(join(root, 'node_modules/.bin', command), args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: STEP_TIMEOUT_MS,
  });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.on('error', (error) => resolve(error.message));
  child.on('close', (code, signal) => {
    const output = Buffer.concat(chunks).toString();
    resolve(code === 0 ? undefined : `${output}exit ${code ?? signal}\n`);
  });
  return promise;
}

const startedAt = performance.now();
const secondsSince = (at: number): string => `${((performance.now() - at) / 1_000).toFixed(1)} s`;
const queue = [...STEPS];
const failures: string[] = [];

async function runLane(): Promise<void> {
  for (let step = queue.shift(); step !== undefined; step = queue.shift()) {
    const [name, command, ...args] = step;
    const stepStartedAt = performance.now();
    const output = await run(command, args);
    console.log(
      `${output === undefined ? '✔' : '✘'} ${name.padEnd(14)}${secondsSince(stepStartedAt).padStart(7)}`,
    );
    if (output !== undefined) failures.push(`\n── ${name}: ${[command, ...args].join(' ')}\n${output}`);
  }
}

await Promise.all(Array.from({ length: LANES }, runLane));
for (const failure of failures) console.error(failure);
console.log(`\n${STEPS.length - failures.length} of ${STEPS.length} passed in ${secondsSince(startedAt)}`);
process.exitCode = failures.length === 0 ? 0 : 1;
