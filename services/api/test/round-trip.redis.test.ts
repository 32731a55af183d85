import { FilesSource, JobJson, Problem } from '@drydock/contracts';
import { describeWith } from '@drydock/testing';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { TestApi } from './start-api.ts';
import { MINIMAL, digestOf } from './start-api.ts';
import { useApi } from './use-api.ts';

/** What JavaScript, Lua, git or a terminal could take for something else. */
const LURES = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'cjson',
  '\0',
  '\u202E',
  '\uFEFF',
  '\uD800',
];
const hostile = fc.array(
  fc.oneof(
    fc.constantFrom(...LURES, ' ', '\n', '\r', '\t', '\u001B', '/', '.', '"', '\\', '😀', 'é', 'e\u0301'),
    fc.string({ unit: 'binary', maxLength: 5 }),
  ),
  { maxLength: 6 },
);
const text = hostile.map((parts) => parts.join(''));
/** Mostly what is taken, or nothing would be found out about it. */
const label = fc.oneof(
  { weight: 6, arbitrary: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,9}$/) },
  text,
);
const path = fc.oneof({ weight: 4, arbitrary: fc.constantFrom('a', 'b/c', ...LURES.slice(0, 5)) }, text);
const request = fc.record({
  instruction: text.map((words) => `x${words}`),
  system_prompt: text,
  labels: fc.dictionary(fc.oneof(label, fc.constantFrom('constructor', 'prototype')), text, { maxKeys: 3 }),
  checks: fc.record({
    test: fc.array(
      text.map((words) => `:${words}`),
      { maxLength: 2 },
    ),
  }),
  files: fc.array(fc.record({ path, content: text }), { minLength: 1, maxLength: 3 }),
});
type Request = typeof request extends fc.Arbitrary<infer T> ? T : never;

const sorted = (files: Request['files']): Request['files'] =>
  files.toSorted((a, b) => (a.path < b.path ? -1 : 1));

describeWith('redis', 'hostile text in a request', () => {
  let api: TestApi;
  useApi((started) => (api = started));

  async function checkKept(jobId: JobJson['id'], { files, ...asked }: Request): Promise<void> {
    const record = await api.find(jobId);
    expect(record?.spec).toMatchObject({ ...asked, labels: {} });
    expect(Object.entries(record?.spec.labels ?? {})).toEqual(Object.entries(asked.labels));
    const stored = await api.artifacts.get(digestOf(record));
    const source = FilesSource.parse(JSON.parse(new TextDecoder('utf8', { fatal: true }).decode(stored)));
    expect(source.files.map(({ path: at, content }) => ({ path: at, content }))).toEqual(sorted(files));
    const told = JobJson.parse(await (await api.get(`/v1/jobs/${jobId}`)).json());
    expect(Object.entries(told.labels)).toEqual(Object.entries(asked.labels));
  }

  it('is kept as it was sent, or refused with the field named, and nothing between', async () => {
    const seen = { kept: 0, refused: 0 };
    const check = async (asked: Request): Promise<void> => {
      const { files, ...rest } = asked;
      const response = await api.post(
        JSON.stringify({ ...MINIMAL, ...rest, source: { type: 'files', files } }),
      );
      const body: unknown = await response.json();
      if (response.status === 202) {
        seen.kept += 1;
        return checkKept(JobJson.parse(body).id, asked);
      }
      seen.refused += 1;
      expect(response.status).toBe(422);
      expect(response.headers.get('content-type')).toContain('application/problem+json');
      const pointers = Problem.parse(body).errors?.map(({ pointer }) => pointer.split('/')[1] ?? '');
      expect(['instruction', 'system_prompt', 'labels', 'checks', 'source']).toEqual(
        expect.arrayContaining(pointers ?? ['none']),
      );
    };
    await fc.assert(fc.asyncProperty(request, check), { numRuns: 300 });
    expect(seen.kept).toBeGreaterThan(20);
    expect(seen.refused).toBeGreaterThan(20);
  });

  it('never makes two keys of one, or one of none: a key __proto__ is refused wherever it is', async () => {
    for (const field of ['labels', 'limits', 'checks', 'source']) {
      const body = JSON.stringify({ ...MINIMAL, [field]: { lure: 1 } }).replace('lure', '__proto__');
      const response = await api.post(body);
      expect(response.status).toBe(422);
      const pointers = Problem.parse(await response.json()).errors?.map(({ pointer }) => pointer);
      expect(pointers).toEqual(field === 'source' ? ['/source/type'] : [`/${field}/__proto__`]);
    }
  });
});
