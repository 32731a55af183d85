import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inspectPatch } from '../src/inspect-patch.ts';

/** As the sandbox makes the patch of a job. */
const DIFF =
  'diff-index --cached --no-renames --full-index --binary -p --no-ext-diff --no-textconv --src-prefix=a/ --dst-prefix=b/ HEAD';

describe('a patch that git made', () => {
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'drydock-git-diff-'));
    git('init -q');
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function git(command: string, cwd = root): Buffer {
    const config = 'user.name=t user.email=t@localhost advice.addEmbeddedRepo=false core.hooksPath=/dev/null';
    const options = config.split(' ').flatMap((setting) => ['-c', setting]);
    const env = {
      PATH: '/usr/local/bin:/usr/bin:/bin',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
    };
    return execFileSync('git', [...options, ...command.split(' ')], { cwd, env, stdio: 'pipe' });
  }

  const write = (path: string, contents: string | Uint8Array) => writeFileSync(join(root, path), contents);

  function commitBase(): void {
    mkdirSync(join(root, 'dir'));
    write('dir/a', 'one\ntwo\n');
    write('file', 'one\ntwo\nthree\n');
    write('gone', '-- /dev/null\n');
    write(
      'binary',
      Uint8Array.from({ length: 300 }, (_, n) => n % 256),
    );
    write('mode', '');
    write('to-link', 'x');
    symlinkSync('file', join(root, 'link'));
    git('add -A');
    git('commit -qm base');
  }

  function changeMuch(): void {
    rmSync(join(root, 'dir'), { recursive: true });
    symlinkSync('/nowhere', join(root, 'dir'));
    rmSync(join(root, 'gone'));
    rmSync(join(root, 'to-link'));
    symlinkSync('file', join(root, 'to-link'));
    rmSync(join(root, 'link'));
    mkdirSync(join(root, 'link'));
    write('link/below', 'now a directory\n');
    chmodSync(join(root, 'mode'), 0o755);
    write('file', 'one\r\n-- a/.git/x\n++ b/.git/x\nthree');
    write(
      'binary',
      Uint8Array.from({ length: 300 }, (_, n) => (n * 7) % 256),
    );
    write('empty', '');
    for (const name of [
      'with space',
      'a b',
      'quote"',
      "quote'",
      '{braces}',
      'back\\slash',
      'é',
      '日本',
      ' lead',
      'trail ',
    ]) {
      write(name, `${name}\n`);
    }
    execFileSync('/bin/sh', ['-c', String.raw`printf x > "$(printf 'bad\377name')"`], { cwd: root });
  }

  it('touches the files that git says it touches, whatever their names, types and contents', () => {
    commitBase();
    changeMuch();
    git('add -A');
    const files = inspectPatch(git(DIFF));
    const names = git('diff-index --cached --no-renames --name-only -z HEAD').toString('utf8').split('\0');
    const paths = new Set(files.map(({ path }) => path));
    expect([...paths].toSorted()).toEqual(names.filter((name) => name !== '').toSorted());
    expect(paths.size).toBeGreaterThan(20);
    expect(files.filter(({ isSymlink }) => isSymlink).map(({ path }) => path)).toEqual(['dir', 'to-link']);
    expect(files).toContainEqual({ path: 'mode', kind: 'modified', mode: '100755', isSymlink: false });
  });

  it('that holds a nested repository is refused', () => {
    commitBase();
    mkdirSync(join(root, 'nested'));
    git('init -q', join(root, 'nested'));
    git('commit -q --allow-empty -m x', join(root, 'nested'));
    git('add -A');
    expect(() => inspectPatch(git(DIFF))).toThrow('is a submodule');
  });
});
