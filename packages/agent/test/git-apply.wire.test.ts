import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { toDrydockError } from '@drydock/core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { applyPatch } from '../src/apply-patch/apply-patch.ts';
import { WorkspacePatchFiles } from '../src/workspace/workspace-patch-files.ts';
import { patchCase, type Tree } from './patch-arbitrary.ts';

const ENV = {
  PATH: '/usr/local/bin:/usr/bin:/bin',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  LC_ALL: 'C',
};

let root: string;
beforeAll(() => (root = mkdtempSync(join(tmpdir(), 'drydock-patches-'))));
afterAll(() => rmSync(root, { recursive: true }));

function plant(name: string, tree: Tree): string {
  const directory = join(root, name);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory);
  for (const [path, content] of tree) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
  return directory;
}

/** Every file by path; with its mode, and every directory, where asked for. */
function look(directory: string, how: 'contents' | 'everything' = 'contents'): Map<string, string> {
  const found = readdirSync(directory, { recursive: true, encoding: 'utf8' }).toSorted();
  return new Map(
    found.flatMap((path) => {
      const stats = lstatSync(join(directory, path));
      if (stats.isDirectory()) return how === 'everything' ? [[path, 'directory'] as const] : [];
      const mode = how === 'everything' ? `${stats.mode.toString(8)} ` : '';
      return [[path, mode + readFileSync(join(directory, path), 'utf8')] as const];
    }),
  );
}

const sorted = (tree: Tree): Map<string, string> =>
  new Map([...tree].toSorted(([a], [b]) => (a < b ? -1 : 1)));

/** What git makes of the first tree by the diff of both. */
function applyWithGit(before: Tree, after: Tree): Map<string, string> {
  plant('a', before);
  plant('b', after);
  const options = { cwd: root, env: ENV, maxBuffer: 64 << 20 };
  const diff = runDiff(options);
  cpSync(join(root, 'a'), join(root, 'git'), { recursive: true });
  try {
    execFileSync('git', ['apply', '--whitespace=nowarn', '-p1', '-'], {
      ...options,
      cwd: join(root, 'git'),
      input: diff,
    });
    return look(join(root, 'git'));
  } finally {
    rmSync(join(root, 'git'), { recursive: true });
  }
}

function runDiff(options: { cwd: string; env: Record<string, string>; maxBuffer: number }): Buffer {
  const args = ['diff', '--no-index', '--no-prefix', '--no-renames', '--binary', 'a', 'b'];
  try {
    return execFileSync('git', args, options);
  } catch (error) {
    // It ends with 1 where there is a difference.
    if (error instanceof Error && 'status' in error && error.status === 1 && 'stdout' in error)
      return error.stdout as Buffer;
    throw error;
  }
}

/** Sections that do not fit any of the trees, by what is wrong with them. */
const misfit = fc.constantFrom(
  ['*** Update File: none', '@@', '-a', '+b'],
  ['*** Delete File: none'],
  ['*** Update File: f', '@@', '-nowhere to be found', '+b'],
  ['*** Update File: f', '@@ no such context', '-a', '+b'],
  ['*** Add File: f/below/a/file', '+a'],
  ['*** Add File: ../outside', '+a'],
  ['*** Add File: .git/config', '+a'],
  ['*** Update File: locked/f', '@@', '-a', '+b'],
  ['*** Rename File: f'],
);

describe('applyPatch, on disk', () => {
  test('makes of any tree what git makes of it by a diff, whatever the edits, endings and names', () => {
    fc.assert(
      fc.property(patchCase, ({ before, after, patch }) => {
        const directory = plant('codex', before);
        applyPatch(patch, new WorkspacePatchFiles(directory));
        expect(look(directory)).toEqual(sorted(after));
        expect(applyWithGit(before, after)).toEqual(sorted(after));
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  test('changes nothing, not a mode and not a directory, where one of its sections does not fit', () => {
    fc.assert(
      fc.property(patchCase, misfit, ({ before, patch }, wrong) => {
        const directory = plant('codex', new Map([...before, ['f', 'x\n'], ['locked/f', 'b\n']]));
        chmodSync(join(directory, 'f'), 0o755);
        const untouched = look(directory, 'everything');
        const sections = patch.split('\n').slice(1, -1);
        const [first, last] = [sections.filter((line) => line !== '*** Update File: f'), wrong];
        const bad = ['*** Begin Patch', ...first, ...last, '*** End Patch'].join('\n');
        expect(codeOf(() => applyPatch(bad, new WorkspacePatchFiles(directory)))).toMatch(
          /^patch_rejected|ENOTDIR/,
        );
        expect(look(directory, 'everything')).toEqual(untouched);
      }),
      { numRuns: 150 },
    );
  }, 60_000);
});

function codeOf(act: () => unknown): string {
  try {
    act();
    return 'done';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : toDrydockError(error).code;
  }
}
