import { defineConfig } from 'vitest/config';

/** One project per kind of dependency: the suffix of a test file says what it needs (CONTRIBUTING.md). */
const EXCLUDED = ['**/node_modules/**', 'examples/*/**', '.cache/**', '.drydock/**'];

const external = (name: string, timeoutMs: number) => ({
  test: {
    name,
    include: [`**/*.${name}.test.ts`],
    exclude: EXCLUDED,
    testTimeout: timeoutMs,
    hookTimeout: timeoutMs,
    // Containers and servers share two cores with the tests: one file at a time keeps deadlines honest.
    fileParallelism: false,
  },
});

export default defineConfig({
  test: {
    projects: [
      {
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
