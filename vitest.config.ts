import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './scripts/test-run/longest-first.ts';
import { ProgressReporter } from './scripts/test-run/progress-reporter.ts';

/** One project per kind of dependency: the suffix of a test file says what it needs (CONTRIBUTING.md). */
const EXCLUDED = ['**/node_modules/**', 'examples/*/**', '.cache/**', '.drydock/**'];
const SETUP_FILES = ['packages/testing/src/seed-properties.ts'];

/**
 * Containers and servers share the cores with the tests. Three files at a time fill two cores, since half of a file is
 * waiting; each has an installation, a Redis or an engine of its own.
 */
const EXTERNAL_WORKERS = 3;

/** Services are started some fifty times over: what Node made of their sources is kept. */
const COMPILE_CACHE = join(import.meta.dirname, '.cache/compile');

/** What the bundler does with a prompt: the file as text. */
const markdownAsText = {
  name: 'markdown-as-text',
  transform: (code: string, id: string) =>
    id.endsWith('.md') ? `export default ${JSON.stringify(code)};` : undefined,
};

const external = (name: string, timeoutMs: number) => ({
  plugins: [markdownAsText],
  test: {
    name,
    include: [`**/*.${name}.test.ts`],
    exclude: EXCLUDED,
    setupFiles: SETUP_FILES,
    env: { NODE_COMPILE_CACHE: COMPILE_CACHE },
    testTimeout: timeoutMs,
    hookTimeout: timeoutMs,
    maxWorkers: EXTERNAL_WORKERS,
    // After the unit tests, all kinds together: a file of the next kind begins where one of the last still waits.
    sequence: { groupOrder: 1 },
  },
});

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    // oxlint-disable-next-line node/no-process-env -- a log is read from its end: nobody watches there
    reporters: process.env['CI'] === undefined ? ['default'] : [new ProgressReporter()],
    projects: [
      {
        plugins: [markdownAsText],
        test: {
          name: 'unit',
          include: ['**/*.test.ts'],
          exclude: [...EXCLUDED, '**/*.{wire,redis,docker,e2e}.test.ts'],
          setupFiles: SETUP_FILES,
          testTimeout: 20_000,
          // Pure code needs no walls between its files: one module graph instead of one per file.
          isolate: false,
          pool: 'threads',
        },
      },
      external('wire', 40_000),
      external('redis', 60_000),
      external('docker', 120_000),
      external('e2e', 180_000),
    ],
  },
});
