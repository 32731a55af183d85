import { LIMITS } from '@drydock/core';
import { describe, expect, it } from 'vitest';
import { parseJobRequest } from './parse-job-request.ts';

const MINIMAL = {
  kind: 'fix',
  instruction: 'Make the test pass.',
  source: { type: 'files', files: [{ path: 'a.txt', content: 'a' }] },
};

const parse = (body: unknown) => parseJobRequest(body, LIMITS);

describe('parseJobRequest', () => {
  it('fills in every default of contract.md', () => {
    expect(parse(MINIMAL)).toEqual({
      kind: 'parsed',
      spec: {
        kind: 'fix',
        instruction: 'Make the test pass.',
        checks: {},
        model: 'gpt-5.3-codex',
        max_tokens: 4_096,
        tools: ['code_interpreter'],
        labels: {},
        limits: {
          timeout_seconds: 900,
          memory_mb: 1_536,
          cpus: 1,
          disk_mb: 512,
          max_turns: 60,
          max_tokens_total: 2_000_000,
        },
      },
      source: {
        type: 'files',
        encoded: { json: expect.any(Uint8Array) as Uint8Array, bytes: 1, files: 1 },
      },
    });
  });

  it('takes a tool as a name and as an object', () => {
    const parsed = parse({ ...MINIMAL, tools: [{ type: 'code_interpreter' }, 'code_interpreter'] });
    expect(parsed).toMatchObject({ spec: { tools: ['code_interpreter', 'code_interpreter'] } });
  });

  it.each([
    ['a field of a later version', { ...MINIMAL, tier: 'high' }, '/tier'],
    ['a field that would steer the sandbox', { ...MINIMAL, image: 'x' }, '/image'],
    ['a nested field', { ...MINIMAL, limits: { gpus: 1 } }, '/limits/gpus'],
    [
      'a field of a file',
      { ...MINIMAL, source: { type: 'files', files: [{ path: 'a', content: '', mode: 7 }] } },
      '/source/files/0/mode',
    ],
    ['a field of a tool', { ...MINIMAL, tools: [{ type: 'code_interpreter', host: 1 }] }, '/tools/0/host'],
    ['a name with the signs of a pointer', { ...MINIMAL, 'a/b~c': 1 }, '/a~1b~0c'],
    [
      '__proto__',
      JSON.parse(`{"__proto__":{"kind":"fix"},${JSON.stringify(MINIMAL).slice(1)}`) as unknown,
      '/__proto__',
    ],
  ])('refuses %s as an unknown field', (_name, body, pointer) => {
    expect(parse(body)).toEqual({
      kind: 'refused',
      code: 'unknown_field',
      errors: [{ pointer, detail: 'Unknown field.' }],
    });
  });

  it.each([
    ['no instruction', { instruction: '  ' }, '/instruction'],
    ['an unknown kind', { kind: 'deploy' }, '/kind'],
    ['a temperature over 2', { temperature: 2.1 }, '/temperature'],
    ['max_tokens over 8192', { max_tokens: 8_193 }, '/max_tokens'],
    ['a limit of 0', { limits: { timeout_seconds: 0 } }, '/limits/timeout_seconds'],
    ['a negative limit', { limits: { memory_mb: -1 } }, '/limits/memory_mb'],
    ['a limit as text', { limits: { cpus: '1e3' } }, '/limits/cpus'],
    ['a limit of null', { limits: { disk_mb: null } }, '/limits/disk_mb'],
    ['a limit over its maximum', { limits: { timeout_seconds: 7_201 } }, '/limits/timeout_seconds'],
    ['a huge limit', { limits: { max_tokens_total: 1e12 } }, '/limits/max_tokens_total'],
    ['a label with a bad name', { labels: { ' x': 'y' } }, '/labels/ x'],
  ])('refuses %s and names the field', (_name, change, pointer) => {
    const parsed = parse({ ...MINIMAL, ...change });
    expect(parsed).toMatchObject({ kind: 'refused', code: 'invalid_request', errors: [{ pointer }] });
  });

  it('names the maximum that a limit is over', () => {
    expect(parse({ ...MINIMAL, limits: { cpus: 5 } })).toMatchObject({
      errors: [{ pointer: '/limits/cpus', detail: 'Over the maximum of 4.' }],
    });
  });

  it('refuses a tool that is not built yet', () => {
    expect(parse({ ...MINIMAL, tools: ['code_interpreter', 'web_browser'] })).toEqual({
      kind: 'refused',
      code: 'tool_unavailable',
      errors: [{ pointer: '/tools/1', detail: 'web_browser is not available.' }],
    });
  });

  it('refuses a source that cannot be a repository', () => {
    const source = { type: 'files', files: [{ path: '../x', content: '' }] };
    expect(parse({ ...MINIMAL, source })).toMatchObject({ kind: 'refused', code: 'bad_source' });
  });

  it.each([null, 1, 'x', [], [[]], {}])('refuses %j', (body) => {
    expect(parse(body)).toMatchObject({ kind: 'refused', code: 'invalid_request' });
  });

  it('does not fall over deep nesting or echo a huge name', () => {
    const deep = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)) as unknown;
    expect(parse({ ...MINIMAL, labels: deep })).toMatchObject({ code: 'invalid_request' });
    const echoed = JSON.stringify(parse({ ...MINIMAL, ['x'.repeat(1_000_000)]: 1 }));
    expect(echoed.length).toBeLessThan(1_000);
  });
});
