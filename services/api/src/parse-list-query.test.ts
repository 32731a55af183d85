import { parse } from 'node:querystring';
import { describe, expect, it } from 'vitest';
import { parseListQuery } from './parse-list-query.ts';

/** As Express reads it with its simple parser. */
const query = (text: string) => parseListQuery(parse(text));

describe('parseListQuery', () => {
  it('asks for 20 jobs of any sort where nothing is said', () => {
    expect(query('')).toEqual({ kind: 'parsed', query: { limit: 20 } });
  });

  it('reads every filter', () => {
    const text =
      'limit=100&cursor=abc&status=queued,running&kind=fix&label=team:red&label=url:http://x' +
      '&created_after=2026-01-01T00:00:00Z&created_before=2026-01-01T01:00:00%2B01:00';
    expect(query(text)).toEqual({
      kind: 'parsed',
      query: {
        limit: 100,
        cursor: 'abc',
        states: ['queued', 'running'],
        kind: 'fix',
        labels: { team: 'red', url: 'http://x' },
        createdAfter: Date.UTC(2026, 0, 1),
        createdBefore: Date.UTC(2026, 0, 1),
      },
    });
  });

  it.each([
    ['limit=-1', '/limit'],
    ['limit=0', '/limit'],
    ['limit=101', '/limit'],
    ['limit=1000000000000', '/limit'],
    ['limit=1e1', '/limit'],
    ['limit=0x10', '/limit'],
    ['limit=', '/limit'],
    ['limit=null', '/limit'],
    ['limit=1&limit=2', '/limit'],
    ['cursor=', '/cursor'],
    [`cursor=${'x'.repeat(201)}`, '/cursor'],
    ['status=done', '/status/0'],
    ['status=queued,', '/status/1'],
    ['status=', '/status/0'],
    ['kind=mend', '/kind'],
    ['label=team', '/label'],
    ['label=:red', '/label'],
    ['created_after=yesterday', '/created_after'],
    ['created_after=2026-01-01', '/created_after'],
    ['created_before=0', '/created_before'],
  ])('refuses %s', (text, pointer) => {
    expect(query(text)).toMatchObject({ kind: 'refused', code: 'invalid_request', errors: [{ pointer }] });
  });

  it.each(['state=queued', 'Limit=1', 'label[]=a:b', '__proto__=1'])('knows no %s', (text) => {
    const pointer = `/${text.split('=')[0]}`;
    expect(query(text)).toEqual({
      kind: 'refused',
      code: 'unknown_field',
      errors: [{ pointer, detail: 'Unknown field.' }],
    });
  });
});
