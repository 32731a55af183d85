import { DrydockError } from '@drydock/core';
import fc from 'fast-check';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inspectPatch } from '../src/inspect-patch.ts';

/** Each costs a process of git's. */
const RUNS = 500;
const TIMEOUT_MS = 120_000;
const HASHES = `index ${'0'.repeat(40)}..${'1'.repeat(40)}`;

const NAMES = ['a', 'b/c', 'd e', '.gitignore', 'run.sh', '.github/x.yml'];
const HOSTILE_NAMES = [
  '../x',
  '/etc/x',
  'a/../../x',
  '.git/hooks/x',
  'b/.GIT/x',
  'git~1/x',
  './a',
  'b//c',
  'a/',
  'b/..',
  '"a\\nb"',
  '"\\056git/x"',
  '"..\\057x"',
  '"a',
  'a\tb',
  'a b/x',
  '/dev/null',
];
const name = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...NAMES) },
  { weight: 1, arbitrary: fc.constantFrom(...HOSTILE_NAMES) },
);
const mode = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('100644', '100755', '120000') },
  { weight: 1, arbitrary: fc.constantFrom('160000', '104755') },
);
/** One time in six. */
const seldom = <T>(what: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: what });
const line = fc.constantFrom(
  'x',
  '',
  '-- a/.git/x',
  '++ b/.git/x',
  'diff --git a/.git/x b/.git/x',
  '@@ -1 +1 @@',
);

const sides = (path: string): [string, string] =>
  path.startsWith('"') ? [`"a/${path.slice(1)}`, `"b/${path.slice(1)}`] : [`a/${path}`, `b/${path}`];

const file = fc
  .record({
    path: name,
    other: seldom(name),
    mode,
    kind: fc.constantFrom('added', 'added', 'deleted', 'mode', 'rename'),
    lines: fc.array(line, { minLength: 1, maxLength: 3 }),
  })
  .map(({ path, other, mode, kind, lines }) => {
    const [old, now] = sides(path);
    const [oldText, nowText] = sides(other ?? path);
    const head = `diff --git ${old} ${now}\n`;
    if (kind === 'mode') return `${head}old mode 100644\nnew mode ${mode}\n`;
    if (kind === 'rename')
      return `${head}similarity index 100%\nrename from ${path}\nrename to ${other ?? path}\n`;
    const isNew = kind === 'added';
    const names = isNew ? `--- /dev/null\n+++ ${nowText}` : `--- ${oldText}\n+++ /dev/null`;
    const counts = isNew ? `-0,0 +1,${lines.length}` : `-1,${lines.length} +0,0`;
    const text = lines.map((content) => `${isNew ? '+' : '-'}${content}\n`).join('');
    return `${head}${isNew ? 'new' : 'deleted'} file mode ${mode}\n${HASHES}\n${names}\n@@ ${counts} @@\n${text}`;
  });

const damage = fc.record({
  at: fc.nat(),
  with: fc.constantFrom('', '\n', '"', '/', '.', '+', '\\', '\0', '1'),
});
/** Diffs of hostile files, some with a character that is another one. */
const diff = fc
  .tuple(fc.array(file, { minLength: 1, maxLength: 3 }), seldom(damage))
  .map(([files, damaged]) => {
    const whole = files.join('');
    if (damaged === null) return whole;
    const at = damaged.at % whole.length;
    return whole.slice(0, at) + damaged.with + whole.slice(at + 1);
  });

type Inspect = (bytes: Uint8Array) => readonly { readonly path: string }[];

/** Paths of a patch; undefined where it is refused. Anything but the typed refusal is thrown on. */
function pathsOf(inspect: Inspect, bytes: Uint8Array): string[] | undefined {
  try {
    return [...new Set(inspect(bytes).map(({ path }) => path))].toSorted();
  } catch (error) {
    if (error instanceof DrydockError && error.code === 'patch_rejected') return undefined;
    throw error;
  }
}

/** Believes what stands behind `diff --git`. */
const credulous: Inspect = (bytes) =>
  [
    ...Buffer.from(bytes)
      .toString()
      .matchAll(/^diff --git a\/(.*) b\/\1$/gm),
  ].map(([, path = '']) => ({ path }));

describe('a patch, beside git', () => {
  let root = '';
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'drydock-patch-fuzz-'));
    git(['init', '-q']);
  });
  afterAll(() => rmSync(root, { recursive: true }));

  function git(
    args: readonly string[],
    input = '',
  ): { status: number | null; stdout: string; stderr: string } {
    const env = {
      PATH: '/usr/local/bin:/usr/bin:/bin',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
    };
    return spawnSync('git', args, { cwd: root, env, input, encoding: 'utf8', timeout: 10_000 });
  }

  /** The files that git would touch, in an empty repository; undefined where it does not read the patch. */
  function touchedByGit(text: string): string[] | undefined {
    const { status, stdout } = git(['apply', '--numstat', '--summary', '-z'], text);
    if (status !== 0) return undefined;
    const names = stdout.split('\0').flatMap((row) => /^(?:\d+|-)\t(?:\d+|-)\t(.+)$/s.exec(row)?.[1] ?? []);
    return [...new Set(names)].toSorted();
  }

  const readsLikeGit = (inspect: Inspect, seen = { accepted: 0 }) =>
    fc.property(diff, (text) => {
      const paths = pathsOf(inspect, Buffer.from(text));
      if (paths === undefined) return;
      seen.accepted += 1;
      expect(touchedByGit(text)).toEqual(paths);
      // Whatever git has against it, it is not where the paths lead.
      const { stderr } = git(['apply', '--check', '--index'], text);
      expect(stderr).not.toMatch(/invalid path|beyond a symbolic link|outside|unsafe/i);
    });

  it(
    'that is accepted touches those files that git would, and none that git calls unsafe',
    { timeout: TIMEOUT_MS },
    () => {
      const seen = { accepted: 0 };
      fc.assert(readsLikeGit(inspectPatch, seen), { numRuns: RUNS });
      expect(seen.accepted).toBeGreaterThan(RUNS / 20);
      expect(seen.accepted).toBeLessThan(RUNS);
    },
  );

  it('would be seen to differ where headers were believed', { timeout: TIMEOUT_MS }, () => {
    expect(fc.check(readsLikeGit(credulous), { numRuns: RUNS }).failed).toBe(true);
  });

  it('that git calls unsafe is refused', { timeout: TIMEOUT_MS }, () => {
    let unsafe = 0;
    for (const path of HOSTILE_NAMES) {
      const [old, now] = sides(path);
      const text = `diff --git ${old} ${now}\nnew file mode 100644\n${HASHES}\n--- /dev/null\n+++ ${now}\n@@ -0,0 +1 @@\n+x\n`;
      const { stderr } = git(['apply', '--check', '--index'], text);
      if (!/invalid path|symbolic link/.test(stderr)) continue;
      unsafe += 1;
      expect([path, pathsOf(inspectPatch, Buffer.from(text))]).toEqual([path, undefined]);
    }
    expect(unsafe).toBeGreaterThan(3);
  });

  it('of bytes is refused in words or read', { timeout: TIMEOUT_MS }, () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      diff.map((text) => Buffer.from(text).toReversed()),
    );
    const isTyped = fc.property(bytes, (noise) => void pathsOf(inspectPatch, noise));
    expect(() => {
      fc.assert(isTyped, { numRuns: 1_000 });
    }).not.toThrow();
  });

  it('made to be slow is read in a moment', { timeout: TIMEOUT_MS }, () => {
    const tail = `"${'\\'.repeat(2_000_000)}`;
    for (const text of [
      `diff --git ${tail} ${tail}\n`,
      `diff --git ${'a/x '.repeat(500_000)}\n`,
      '\n'.repeat(2_000_000),
    ]) {
      const startedAt = performance.now();
      expect(pathsOf(inspectPatch, Buffer.from(text))).toBeUndefined();
      expect(performance.now() - startedAt).toBeLessThan(10_000);
    }
  });
});
