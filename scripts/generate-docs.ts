/** Writes the generated documents; with `--check` it only says which of them are out of date, and exits 1. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildErrorsPage } from './generate-docs/errors-page.ts';
import { buildMetricsPage } from './generate-docs/metrics-page.ts';
import { buildModelsPage } from './generate-docs/models-page.ts';
import { buildPolicyPage } from './generate-docs/policy-page.ts';
import { buildStatesPage } from './generate-docs/states-page.ts';

const root = join(import.meta.dirname, '..');
const PAGES = {
  'docs/states.md': buildStatesPage,
  'docs/errors.md': buildErrorsPage,
  'docs/metrics.md': buildMetricsPage,
  'docs/models.md': buildModelsPage,
  'docs/policy.md': buildPolicyPage,
};

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

const onlyCheck = process.argv.includes('--check');
for (const [page, build] of Object.entries(PAGES)) {
  const path = join(root, page);
  const text = await build();
  if (read(path) === text) continue;
  if (onlyCheck) {
    console.error(`${page} is out of date: run \`npm run docs\` and commit it.`);
    process.exitCode = 1;
  } else {
    writeFileSync(path, text);
    console.log(`${page} written`);
  }
}
