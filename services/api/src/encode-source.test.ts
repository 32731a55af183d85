import { FilesSource } from '@drydock/contracts';
import { describe, expect, it } from 'vitest';
import { encodeSource } from './encode-source.ts';

const source = (...files: readonly object[]) => FilesSource.parse({ type: 'files', files });
const paths = (...names: readonly string[]) => source(...names.map((path) => ({ path, content: '' })));

const errorsOf = (input: FilesSource, maxBytes?: number) => {
  const decision = encodeSource(input, maxBytes);
  return decision.kind === 'refused' ? decision.errors : [];
};

describe('encodeSource', () => {
  it('gives one canonical form, whatever the order of files and keys', () => {
    const a = encodeSource(source({ path: 'b', content: '2' }, { content: '1', path: 'a' }));
    const b = encodeSource(
      source({ path: 'a', content: '1', executable: false }, { path: 'b', content: '2', encoding: 'utf8' }),
    );
    expect(a).toEqual(b);
    if (a.kind !== 'encoded') throw new Error('refused');
    expect(Buffer.from(a.source.json).toString()).toBe(
      '{"type":"files","files":[' +
        '{"path":"a","content":"1","encoding":"utf8","executable":false},' +
        '{"path":"b","content":"2","encoding":"utf8","executable":false}]}',
    );
    expect(FilesSource.parse(JSON.parse(Buffer.from(a.source.json).toString()))).toBeDefined();
  });

  it('counts decoded bytes', () => {
    const decision = encodeSource(
      source({ path: 'a', content: 'é' }, { path: 'b', content: 'AAEC', encoding: 'base64' }),
    );
    expect(decision).toMatchObject({ kind: 'encoded', source: { bytes: 5, files: 2 } });
  });

  it.each(['AAE', 'AAEC=', '####', 'AA EC', 'AAE=\n', 'AB=='])('refuses %j as base64', (content) => {
    expect(errorsOf(source({ path: 'a', content, encoding: 'base64' }))).toEqual([
      { pointer: '/source/files/0/content', detail: 'The content is not valid base64.' },
    ]);
  });

  it('refuses text that UTF-8 cannot hold', () => {
    expect(errorsOf(source({ path: 'a', content: '\uD800' }))).toEqual([
      { pointer: '/source/files/0/content', detail: 'The content is not valid Unicode.' },
    ]);
  });

  it('names every bad path', () => {
    expect(errorsOf(paths('ok', '../x', '/y', 'a\\b', '.git::$INDEX_ALLOCATION/x'))).toEqual([
      { pointer: '/source/files/1/path', detail: 'The path has a part "." or "..".' },
      { pointer: '/source/files/2/path', detail: 'The path is absolute.' },
      { pointer: '/source/files/3/path', detail: 'The path has a backslash; separate with `/`.' },
      { pointer: '/source/files/4/path', detail: 'The path belongs to git.' },
    ]);
  });

  it('refuses a path that occurs twice and a file that is also a directory', () => {
    expect(errorsOf(paths('a/b', 'a.b', 'a-b', 'a', 'c', 'a'))).toEqual([
      { pointer: '/source/files/5/path', detail: 'The path occurs twice.' },
      { pointer: '/source/files/0/path', detail: 'A part of the path is also a file.' },
    ]);
    expect(errorsOf(paths('a/b', 'a.b', 'ab', 'a b/c'))).toEqual([]);
  });

  it('refuses a source that is too large and lists at most fifty faults', () => {
    expect(errorsOf(source({ path: 'a', content: 'x'.repeat(11) }), 10)).toEqual([
      { pointer: '/source/files', detail: 'The files have 11 bytes, more than 10.' },
    ]);
    const many = Array.from({ length: 5_000 }, () => '../x');
    expect(errorsOf(paths(...many))).toHaveLength(50);
  });
});
