import {
  chmodSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { TemporaryWorkspace } from '../../test/temporary-workspace.ts';
import { applyPatch } from '../apply-patch/apply-patch.ts';
import { WorkspacePatchFiles } from './workspace-patch-files.ts';

const patch = (...lines: string[]): string => ['*** Begin Patch', ...lines, '*** End Patch'].join('\n');

function apply(work: string, ...lines: string[]) {
  return applyPatch(patch(...lines), new WorkspacePatchFiles(work));
}

describe('WorkspacePatchFiles', () => {
  test('keeps the mode of a file and leaves nothing beside it', () => {
    using workspace = new TemporaryWorkspace();
    const file = join(workspace.work, 'run.sh');
    writeFileSync(file, '\uFEFFa\n');
    chmodSync(file, 0o750);
    apply(workspace.work, '*** Update File: run.sh', '@@', ' a', '+b', '*** Add File: x/y/z', '+1');
    expect(readFileSync(file, 'utf8')).toBe('\uFEFFa\nb\n');
    expect(statSync(file).mode & 0o777).toBe(0o750);
    expect(new Set(readdirSync(workspace.work, { recursive: true, encoding: 'utf8' }))).toEqual(
      new Set(['run.sh', 'x', 'x/y', 'x/y/z']),
    );
  });

  test('writes through a link inside the workspace, deletes a link itself', () => {
    using workspace = new TemporaryWorkspace();
    writeFileSync(join(workspace.work, 'real'), 'a\n');
    symlinkSync('real', join(workspace.work, 'link'));
    expect(apply(workspace.work, '*** Update File: link', '-a', '+b')).toEqual([
      { path: 'real', kind: 'modified' },
    ]);
    apply(workspace.work, '*** Delete File: link');
    expect(readdirSync(workspace.work)).toEqual(['real']);
    expect(readFileSync(join(workspace.work, 'real'), 'utf8')).toBe('b\n');
  });

  test.each([
    ['../outside', /has "\.\." in it/],
    ['a/../../outside', /has "\.\." in it/],
    ['/etc/passwd', /it is absolute/],
    ['.git/hooks/pre-commit', /belongs to git/],
    ['sub/.GIT/config', /belongs to git/],
    ['out/file', /leads out of the workspace/],
    ['outlink', /leads out of the workspace/],
    ['hooks/post-commit', /belongs to git/],
    ['.', /is the workspace itself/],
    ['dir/', /names a directory/],
    ['a\u0001b', /control character/],
  ])('refuses to write to %j', (path, message) => {
    using workspace = new TemporaryWorkspace();
    const outside = join(workspace.directory, 'outside');
    mkdirSync(outside);
    mkdirSync(join(workspace.work, '.git/hooks'), { recursive: true });
    writeFileSync(join(outside, 'file'), 'a\n');
    symlinkSync(outside, join(workspace.work, 'out'));
    symlinkSync(join(outside, 'file'), join(workspace.work, 'outlink'));
    symlinkSync('.git/hooks', join(workspace.work, 'hooks'));
    expect(() => apply(workspace.work, `*** Add File: ${path}`, '+x')).toThrow(message);
    expect(readFileSync(join(outside, 'file'), 'utf8')).toBe('a\n');
  });

  test('refuses a link to nothing, a directory and bytes that are not text', () => {
    using workspace = new TemporaryWorkspace();
    symlinkSync('/nowhere/at/all', join(workspace.work, 'dangling'));
    mkdirSync(join(workspace.work, 'dir'));
    writeFileSync(join(workspace.work, 'bytes'), Uint8Array.of(0xff, 0x0a));
    const add = (path: string) => () => apply(workspace.work, `*** Add File: ${path}`, '+x');
    expect(add('dangling')).toThrow(/ENOENT/);
    expect(add('dir')).toThrow(/dir is not a file/);
    expect(add('bytes/below')).toThrow(/ENOTDIR/);
    expect(() => apply(workspace.work, '*** Update File: bytes', '-x')).toThrow(/not UTF-8 text/);
  });

  test('undoes what was written when a later file cannot be', () => {
    using workspace = new TemporaryWorkspace();
    writeFileSync(join(workspace.work, 'a'), 'a\n');
    const lines = [
      '*** Update File: a',
      '-a',
      '+b',
      '*** Add File: new/x',
      '+1',
      '*** Add File: new/x/y',
      '+2',
    ];
    expect(() => apply(workspace.work, ...lines)).toThrow(/EISDIR/);
    expect(readdirSync(workspace.work)).toEqual(['a']);
    expect(readFileSync(join(workspace.work, 'a'), 'utf8')).toBe('a\n');
  });
});
