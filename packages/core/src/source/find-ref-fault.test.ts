import { expect, it } from 'vitest';
import { findRefFault } from './find-ref-fault.ts';

it.each(['HEAD', 'main', 'feature/x-1', 'v1.0.0', 'refs/pull/7/head', 'a1b2c3d', 'ümlaut', 'a@b', 'x_y+z=1'])(
  'takes %j',
  (ref) => {
    expect(findRefFault(ref)).toBeUndefined();
  },
);

it.each([
  ['--upload-pack=touch /tmp/x', 'character'],
  ['-x', 'starts with `-`'],
  ['main..other', 'expression'],
  ['HEAD@{1}', 'character'],
  ['@', 'expression'],
  ['HEAD~1', 'character'],
  ['HEAD^', 'character'],
  ['a:b', 'character'],
  ['refs/heads/*', 'character'],
  ['a b', 'character'],
  ['a\nb', 'character'],
  ['a\0', 'character'],
  ['$(id)', 'character'],
  ['a//b', 'empty part'],
  ['/a', 'empty part'],
  ['a/', 'empty part'],
  ['.a', 'dot'],
  ['a.lock', 'dot'],
  ['a.', 'dot'],
  ['\ud800', 'Unicode'],
])('refuses %j', (ref, reason) => {
  expect(findRefFault(ref)).toContain(reason);
});
