import { Digest, type FilesSource } from '@drydock/contracts';
import { expect, it } from 'vitest';
import { layerKey } from './layer-key.ts';

const file = (path: string, content: string) => ({
  path,
  content,
  encoding: 'utf8' as const,
  executable: false,
});
const source = (...files: FilesSource['files']): FilesSource => ({ type: 'files', files });

it('depends on every property of every file, and not on their order', () => {
  const key = layerKey(source(file('a', '1'), file('b', '2')));
  expect(key).toMatch(/^[0-9a-f]{64}$/);
  expect(layerKey(source(file('b', '2'), file('a', '1')))).toBe(key);
  const others = [
    source(file('a', '1'), file('b', '3')),
    source(file('a', '1'), file('c', '2')),
    source(file('a', '1b2')),
    source(file('a', '1'), { ...file('b', '2'), executable: true }),
    source(file('a', '1'), { ...file('b', '2'), encoding: 'base64' }),
  ];
  expect(new Set([key, ...others.map(layerKey)]).size).toBe(6);
});

it('is that of the commit for git, and of the bytes and the ref for an upload', () => {
  const git = (sha: string, mirrorDir = '/m') => layerKey({ type: 'git', sha, mirrorDir });
  const archive = (format: 'tar.gz' | 'bundle', digest: string, ref = 'HEAD') =>
    layerKey({
      type: 'archive',
      format,
      digest: Digest.parse(digest.repeat(64)),
      bytes: 1,
      ref,
      read: () => {
        throw new Error('not read for a key');
      },
    });
  expect(git('a'.repeat(40))).toBe(git('a'.repeat(40), '/elsewhere'));
  const keys = [
    git('a'.repeat(40)),
    git('b'.repeat(40)),
    archive('bundle', 'a'),
    archive('bundle', 'b'),
    archive('bundle', 'a', 'main'),
    archive('tar.gz', 'a'),
  ];
  expect(new Set(keys).size).toBe(keys.length);
});
