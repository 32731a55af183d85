/**
 * Checks who imports whom (.dependency-cruiser.cjs), after the check itself was tested: one violation of every kind
 * is planted in a temporary workspace and must be refused there.
 */
import { existsSync, globSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { IFlattenedRuleSet, ICruiseOptions } from 'dependency-cruiser';
import { cruise } from 'dependency-cruiser';
import { plantFiles } from './plant-files.ts';

interface Violation {
  readonly rule: string;
  readonly from: string;
  readonly to: string;
}

const { forbidden, options } = createRequire(import.meta.url)('../.dependency-cruiser.cjs') as Required<
  Pick<IFlattenedRuleSet, 'forbidden'> & { options: ICruiseOptions }
>;
const FOLDERS = ['packages', 'services', 'infra', 'examples/src', 'e2e', 'scripts', 'bench', 'security'];
const SOURCES = `{${FOLDERS.join(',')}}/**/*.{ts,mts,cts,js,mjs,cjs}`;

/** Violations of a workspace, and how many source files were read to find them. */
async function cruiseWorkspace(baseDir: string): Promise<{ count: number; violations: Violation[] }> {
  const files = globSync(SOURCES, { cwd: baseDir, exclude: (name) => name === 'node_modules' });
  const folders = FOLDERS.filter((folder) => existsSync(join(baseDir, folder)));
  const { output } = await cruise(folders, { ...options, baseDir, ruleSet: { forbidden }, validate: true });
  if (typeof output === 'string') throw new Error(output);
  // Beside a TypeScript that it cannot use, dependency-cruiser reads no module and is content: compare the sets.
  const read = new Set(output.modules.map(({ source }) => source));
  const unread = files.filter((file) => !read.has(file)).map((from) => ({ rule: 'not read', from, to: '' }));
  const broken = output.summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to }));
  return { count: files.length, violations: [...unread, ...broken] };
}

/** The rule that must refuse it, the file, its text. */
const PLANTED: readonly (readonly [rule: string, path: string, text: string])[] = [
  ['packages/queue: workspace package', 'packages/queue/src/a.ts', `import '../../sandbox/src/index.ts';`],
  [
    'packages/queue: workspace package',
    'packages/queue/src/b.ts',
    `import type { X } from '../../models/src/index.ts';`,
  ],
  ['packages/queue: workspace package', 'packages/queue/src/c.ts', `import '../../testing/src/index.ts';`],
  ['packages/queue: vendor', 'packages/queue/src/d.ts', `import 'openai';`],
  ['packages/queue: vendor', 'packages/queue/src/e.ts', `import type { X } from 'openai';`],
  ['packages/core: no I/O', 'packages/core/src/f.ts', `import 'node:fs';`],
  ['services/api: workspace package', 'services/api/src/g.ts', `import '../../worker/src/h.ts';`],
  ['services/api: vendor', 'services/api/src/i.ts', `import 'dockerode';`],
  [
    'services/worker: workspace package',
    'services/worker/src/h.ts',
    `import '../../../packages/agent/src/index.ts';`,
  ],
  ['every folder has a row', 'packages/new/src/j.ts', `import 'node:fs';`],
  ['only through the entry', 'packages/queue/src/k.ts', `import '../../core/src/deep.ts';`],
  ['source never imports tests', 'packages/queue/src/l.ts', `import '../test/kit.ts';`],
  ['resolvable', 'packages/queue/src/m.ts', `import '@drydock/absent';`],
  ['no cycle', 'packages/core/src/n.ts', `import './o.ts';`],
];
const ALLOWED: Readonly<Record<string, string>> = {
  'packages/queue/src/ok.ts': `import 'bullmq'; import 'node:fs'; import '../../core/src/index.ts';`,
  'packages/queue/src/ok.test.ts': `import '../../testing/src/index.ts';`,
  'packages/queue/test/kit.ts': `import '../../testing/src/index.ts';`,
  'packages/core/src/index.ts': `import './deep.ts';`,
  'packages/core/src/deep.ts': '',
};
/** What the planted files import. */
const TARGETS: Readonly<Record<string, string>> = {
  'packages/core/src/o.ts': `import './n.ts';`,
  'packages/sandbox/src/index.ts': '',
  'packages/models/src/index.ts': 'export type X = 1;',
  'packages/testing/src/index.ts': '',
  'packages/agent/src/index.ts': '',
  'node_modules/bullmq/index.js': '',
  'node_modules/openai/index.js': '',
  'node_modules/dockerode/index.js': '',
};

/** Planted violations that were not seen, and allowed files that were refused. */
async function testRules(): Promise<Violation[]> {
  const planted = Object.fromEntries(PLANTED.map(([, path, text]) => [path, text]));
  const { violations } = await plantFiles({ ...ALLOWED, ...TARGETS, ...planted }, cruiseWorkspace);
  const isSeen = ([rule, path]: (typeof PLANTED)[number]): boolean =>
    violations.some((seen) => seen.rule === rule && seen.from === path);
  const missed = PLANTED.filter((row) => !isSeen(row));
  return [
    ...missed.map(([rule, from, to]) => ({ rule: `planted, but not seen: ${rule}`, from, to })),
    ...violations.filter(({ from }) => from in ALLOWED),
  ];
}

const failures = await testRules();
const { count, violations } = await cruiseWorkspace(join(import.meta.dirname, '..'));
failures.push(...violations);
for (const { rule, from, to } of failures) console.error(`${rule}: ${from} → ${to}`);
console.log(`boundaries: ${count} files, ${PLANTED.length} planted violations, ${failures.length} failures`);
process.exitCode = failures.length === 0 && count > 0 ? 0 : 1;
