import { LIMITS } from '@drydock/core';
import { describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';
import { parseJobRequest } from './parse-job-request.ts';

const MINIMAL = {
  kind: 'fix',
  instruction: 'Make the test pass.',
  source: { type: 'files', files: [{ path: 'a.txt', content: 'a' }] },
};

const API_ENV = { REDIS_URL: 'redis://x', DRYDOCK_DATA_DIR: '/data', DRYDOCK_API_KEY: 'k'.repeat(16) };

const nameMany = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`label-${index}`, '']));

const RULES = { limits: LIMITS, hasSsh: false, callbackHosts: new Set(['10.0.0.1:9000']) };
const parse = (body: unknown) => parseJobRequest(body, RULES);

describe('parseJobRequest', () => {
  it('keeps a callback URL in its one spelling, and refuses one that may not be dialled', () => {
    const parseCallback = (callback_url: string) => parse({ ...MINIMAL, callback_url });
    const callback_url = 'https://hooks.example/x';
    expect(parseCallback('https://Hooks.example:443/x')).toMatchObject({ spec: { callback_url } });
    expect(parseCallback('http://10.0.0.1:9000/x').kind).toBe('parsed');
    for (const url of ['http://10.0.0.1/x', 'https://me:pw@hooks.example/', 'https://hooks.example/#x']) {
      expect(parseCallback(url)).toMatchObject({
        code: 'invalid_request',
        errors: [{ pointer: '/callback_url' }],
      });
    }
  });

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
        tool_use_approval: false,
        labels: {},
        tier: 'standard',
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
    ['a field of a later version', { ...MINIMAL, candidates: 2 }, '/candidates'],
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
    ['a label with a control character', { labels: { 'a\0': 'y' } }, '/labels/a\0'],
    ['a label that turns what follows around', { labels: { 'a\u202Eb': 'y' } }, '/labels/a\u202Eb'],
    ['a label that is half a character', { labels: { '\uD800': 'y' } }, '/labels/\uFFFD'],
    ['a label __proto__', { labels: JSON.parse('{"__proto__":"y"}') as unknown }, '/labels/__proto__'],
    [
      'a label __proto__ of its own',
      { labels: JSON.parse('{"__proto__":{"a":"b"}}') as unknown },
      '/labels/__proto__',
    ],
    ['a label value with a NUL', { labels: { a: 'b\0' } }, '/labels/a'],
    ['a label value that is half a character', { labels: { a: 'b\uDC00' } }, '/labels/a'],
    ['33 labels', { labels: nameMany(33) }, '/labels'],
    ['100,000 labels', { labels: nameMany(100_000) }, '/labels'],
    ['an instruction with a NUL', { instruction: 'a\0b' }, '/instruction'],
    ['an instruction with half a character', { instruction: 'a\uD83D' }, '/instruction'],
    ['a system prompt with a NUL', { system_prompt: '\0' }, '/system_prompt'],
    ['a check with a NUL', { checks: { test: ['true', 'true\0; false'] } }, '/checks/test/1'],
    ['a model with a control character', { model: 'gpt\n' }, '/model'],
  ])('refuses %s and names the field', (_name, change, pointer) => {
    const parsed = parse({ ...MINIMAL, ...change });
    expect(parsed).toMatchObject({ kind: 'refused', code: 'invalid_request', errors: [{ pointer }] });
  });

  it.each(Object.keys(LIMITS) as (keyof typeof LIMITS)[])(
    'names the setting that takes more of %s',
    (limit) => {
      const { maximum } = LIMITS[limit];
      const body = { ...MINIMAL, limits: { [limit]: maximum + 1 } };
      const variable = `DRYDOCK_LIMIT_${limit.toUpperCase()}_MAX`;
      const detail = `Over the maximum of ${maximum}; the operator can raise ${variable}.`;
      expect(parse(body)).toMatchObject({ errors: [{ pointer: `/limits/${limit}`, detail }] });
      const { limits } = readConfig({ ...API_ENV, [variable]: String(maximum + 1) });
      expect(parseJobRequest(body, { ...RULES, limits })).toMatchObject({
        spec: { limits: { [limit]: maximum + 1 } },
      });
    },
  );

  it('refuses a tool that is not built yet', () => {
    expect(parse({ ...MINIMAL, tools: ['code_interpreter', 'retrieval'] })).toEqual({
      kind: 'refused',
      code: 'tool_unavailable',
      errors: [{ pointer: '/tools/1', detail: 'retrieval is not available.' }],
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
