/**
 * Tests .oxlintrc.json: one violation of every rule that the style rests on is planted in a temporary workspace and
 * must be refused there, and what the exceptions allow must pass.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { plantFiles } from './plant-files.ts';

const root = join(import.meta.dirname, '..');
const lines = (count: number): string => `export const a = 1;\n${'// line\n'.repeat(count - 1)}`;
const branches = (count: number): string => `if (a > ${count}) return ${count};\n`.repeat(count);

/** The rule that must refuse it, the file's name, its text. */
const PLANTED: readonly (readonly [rule: string, path: string, text: string])[] = [
  ['complexity', 'complexity.ts', `export function f(a: number): number { ${branches(10)} return a; }`],
  [
    'max-depth',
    'depth.ts',
    'export function f(a: number): void { if (a) { if (a) { if (a) { if (a) { f(a); } } } } }',
  ],
  ['max-lines', 'lines.ts', lines(301)],
  ['max-lines-per-function', 'function-lines.ts', `export function f(): void {${'\n'.repeat(51)}}`],
  ['max-params', 'params.ts', 'export const f = (a: 1, b: 1, c: 1, d: 1): number => a + b + c + d;'],
  ['filename-case', 'camelCase.ts', 'export {};'],
  [
    'preserve-caught-error',
    'cause.ts',
    `export function f(): void { try { f(); } catch (e) { throw new Error('no'); } }`,
  ],
  ['no-empty', 'empty.ts', 'export function f(): void { try { f(); } catch { } }'],
  ['no-floating-promises', 'floating.ts', 'export function f(a: Promise<void>): void { a; }'],
  ['no-misused-promises', 'misused.ts', 'export function f(a: Promise<boolean>): void { if (a) f(a); }'],
  ['only-throw-error', 'throw.ts', `export function f(): void { throw 'text'; }`],
  [
    'switch-exhaustiveness-check',
    'switch.ts',
    `export function f(a: 'x' | 'y'): number { switch (a) { case 'x': return 1; default: return 2; } }`,
  ],
  ['ban-ts-comment', 'comment.ts', '// @ts-ignore\nexport const a: number = 1;'], // allow disable-reason: planted
  ['consistent-type-imports', 'type-import.ts', `import { Stats } from 'node:fs';\nexport type S = Stats;`],
  ['no-explicit-any', 'any.ts', 'export const f = (a: any): void => void a;'],
  ['no-non-null-assertion', 'non-null.ts', 'export const f = (a?: string): string => a!;'],
  ['no-cycle', 'cycle-a.ts', `import { b } from './cycle-b.ts';\nexport const a = (): number => b();`],
  ['no-default-export', 'default.ts', 'export default 1;'],
  ['prefer-node-protocol', 'protocol.ts', `import { join } from 'path';\nexport { join };`],
  ['no-console', 'console.ts', `console.log('text');`],
  ['no-process-env', 'environment.ts', `export const home = process.env['HOME'];`],
  ['no-restricted-imports', 'environment-import.ts', `import { env } from 'node:process';\nexport { env };`],
  [
    'no-restricted-imports',
    'timers.ts',
    `import { setTimeout } from 'node:timers/promises';\nexport { setTimeout };`,
  ],
  ['no-restricted-globals', 'timeout.ts', 'setTimeout(() => 1, 1);'],
  ['no-restricted-properties', 'now.ts', 'export const now = Date.now();'],
  ['no-restricted-properties', 'random.ts', 'export const random = Math.random();'],
  ['no-restricted-vi-methods', 'mock.test.ts', `import { vi } from 'vitest';\nvi.mock('./a.ts');`],
  ['no-disabled-tests', 'skip.test.ts', `import { test } from 'vitest';\ntest.skip('a', () => {});`],
  ['no-focused-tests', 'only.test.ts', `import { test } from 'vitest';\ntest.only('a', () => {});`],
  ['no-restricted-globals', 'waits.test.ts', 'setTimeout(() => 1, 1);'],
];

const ALLOWED: Readonly<Record<string, string>> = {
  'cycle-b.ts': `import { a } from './cycle-a.ts';\nexport const b = (): number => a();`,
  'config.ts': `export const home = process.env['HOME'];`,
  'system-clock.ts': 'export const now = (): number => Date.now();',
  'long.test.ts': lines(500),
  'waits.redis.test.ts': 'setTimeout(() => 1, 1);',
  'services/api/src/main.ts': `console.log('text');`,
  'scripts/report.ts': `console.log(process.env['HOME']);`,
};

interface Finding {
  readonly code: string;
  readonly filename: string;
}

function lint(folder: string): Promise<readonly Finding[]> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly Finding[]>();
  execFile('oxlint', ['--format', 'json'], { cwd: folder, timeout: 30_000 }, (error, stdout, stderr) => {
    if (stdout === '') return reject(new Error(`oxlint failed: ${stderr}`, { cause: error }));
    resolve((JSON.parse(stdout) as { diagnostics: Finding[] }).diagnostics);
  });
  return promise;
}

const config = {
  '.oxlintrc.json': readFileSync(join(root, '.oxlintrc.json'), 'utf8'),
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      strict: true,
      module: 'nodenext',
      typeRoots: [join(root, 'node_modules/@types')],
      types: ['node'],
    },
  }),
};
const planted = Object.fromEntries(PLANTED.map(([, path, text]) => [path, text]));
const findings = await plantFiles({ ...config, ...ALLOWED, ...planted }, lint);

const isRefused = ([rule, path]: (typeof PLANTED)[number]): boolean =>
  findings.some(({ code, filename }) => filename === path && code.endsWith(`(${rule})`));
const missed = PLANTED.filter((row) => !isRefused(row));
const wrong = findings.filter(({ filename }) => filename in ALLOWED && filename !== 'cycle-b.ts');
for (const [rule, path] of missed) console.error(`planted, but not seen: ${rule} in ${path}`);
for (const { code, filename } of wrong) console.error(`allowed, but refused: ${code} in ${filename}`);
console.log(`lint rules: ${PLANTED.length} planted violations, ${missed.length + wrong.length} failures`);
process.exitCode = missed.length + wrong.length === 0 ? 0 : 1;
