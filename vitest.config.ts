import { defineConfig } from 'vitest/config';

/** One project per kind of dependency: the suffix of a test file says what it needs (CONTRIBUTING.md). */
const EXCLUDED = ['**/node_modules/**', 'examples/*/**', '.cache/**', '.drydock/**'];

/**
 * Containers and servers share the cores with the tests. Two files at a time fill two cores, since most of a file is
 * waiting; each has an installation, a Redis or an engine of its own.
 */
const EXTERNAL_WORKERS = 2;

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
    testTimeout: timeoutMs,
    hookTimeout: timeoutMs,
    maxWorkers: EXTERNAL_WORKERS,
    // After the unit tests, all kinds together: a file of the next kind begins where one of the last still waits.
    sequence: { groupOrder: 1 },
  },
});

export default defineConfig({
  test: {
    projects: [
      {
        plugins: [markdownAsText],
        test: {
          name: 'unit',
          include: ['**/*.test.ts'],
          exclude: [...EXCLUDED, '**/*.{wire,redis,docker,e2e}.test.ts'],
          testTimeout: 5_000,
          // Pure code needs no walls between its files: one module graph instead of one per file.
          isolate: false,
          pool: 'threads',
        },
      },
      external('wire', 20_000),
      external('redis', 30_000),
      external('docker', 60_000),
      external('e2e', 120_000),
    ],
  },
});
