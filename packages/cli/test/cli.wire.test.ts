import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { CliError } from '../src/cli-error.ts';
import { runCli } from '../src/run-cli.ts';
import { buildEntries } from './audit-entries.ts';

const JOB = {
  id: 'job_01ARZ3NDEKTSV4RRFFQ69G5FAA',
  object: 'job',
  status: 'succeeded',
  kind: 'fix',
  tier: 'standard',
  model: 'scripted/fix',
  previous_job_id: null,
  thread_id: 'job_01ARZ3NDEKTSV4RRFFQ69G5FAA',
  attempt: 1,
  created_at: '2026-01-01T00:00:00.000Z',
  started_at: null,
  finished_at: null,
  labels: { team: 'red' },
  limits: { timeout_seconds: 9, memory_mb: 256, cpus: 1, disk_mb: 64, max_turns: 9, max_tokens_total: 9 },
  result: null,
  error: { code: 'model_error', message: 'Bad\u001b[31m\u202ething', blame: 'model' },
  links: { self: '/', events: '/', patch: '/', artifacts: '/', cancel: '/', approvals: '/', thread: '/' },
};
const REVIEW = {
  ...JOB,
  id: 'job_01ARZ3NDEKTSV4RRFFQ69G5FAC',
  kind: 'review',
  error: null,
  result: {
    verified: null,
    summary: 'One thing.',
    plan: null,
    checks: null,
    patch_bytes: 0,
    usage: { input_tokens: 0, cached_input_tokens: 0, output_tokens: 0, reasoning_tokens: 0 },
    warnings: [],
    review: {
      findings: [
        {
          severity: 'high',
          path: 'a.js',
          line: 3,
          title: 'Wrong \u001b[31mend',
          message: 'It is 0.\nAlways.',
        },
      ],
    },
    claims: [{ command: 'node --test', outcome: 'failed' }],
  },
};
const APPROVAL = {
  id: 'apr_01ARZ3NDEKTSV4RRFFQ69G5FAA',
  object: 'approval',
  job_id: JOB.id,
  status: 'pending',
  fence: 1,
  request: {
    call_id: 'c',
    tool: 'exec_command',
    cmd: 'curl \u001b[2Jhttps://a.test',
    call_sha256: 'a'.repeat(64),
    hosts: ['a.test'],
    methods: [],
    rule: 'curl',
    reason: 'r',
    justification: null,
  },
  remember: false,
  uses: 0,
  reason: null,
  created_at: '2026-01-01T00:00:00.000Z',
  expires_at: '2026-01-01T00:01:00.000Z',
  decided_at: null,
};
const SECRET = {
  object: 'secret',
  name: 'NPM_TOKEN',
  hosts: ['a.test'],
  version: 2,
  key_id: 'k',
  created_at: '2026-01-01T00:00:00.000Z',
  updated_at: '2026-01-02T00:00:00.000Z',
};
const MESSAGE = {
  id: 'msg_01ARZ3NDEKTSV4RRFFQ69G5FAA',
  object: 'message',
  job_id: JOB.id,
  text: 'smaller',
  created_at: '2026-01-01T00:00:00.000Z',
};
const ENTRIES = buildEntries(3);
const HEAD = ENTRIES[2]?.hash ?? '';
const toLines = (entries: readonly unknown[]) =>
  entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
const list = (...data: unknown[]) => ({ object: 'list', data, next_cursor: null });
const PROBLEM = { type: 't', title: 't', status: 409, code: 'job_finished', detail: 'It has already ended.' };

const REPLAYED = {
  ...JOB,
  id: 'job_01ARZ3NDEKTSV4RRFFQ69G5FAB',
  status: 'failed',
  error: { code: 'replay_diverged', message: 'It went another way.', blame: 'caller' },
  result: {
    verified: false,
    summary: null,
    plan: null,
    checks: null,
    patch_bytes: 0,
    usage: { input_tokens: 0, cached_input_tokens: 0, output_tokens: 0, reasoning_tokens: 0 },
    warnings: [],
    replay: {
      of: JOB.id,
      turns: 2,
      recorded_turns: 5,
      divergence: { turn: 3, expected: 'ok 1', got: 'not\u001b[31m ok 1' },
    },
  },
};
const ended = (job: object) =>
  `id: 1\nevent: job.finished\ndata: ${JSON.stringify({
    seq: 1,
    at: JOB.created_at,
    attempt: 1,
    type: 'job.finished',
    data: { status: 'failed', verified: false, error: null },
    ...job,
  })}\n\n`;

const ANSWERS: Readonly<Record<string, [number, unknown]>> = {
  'GET /v1/jobs?limit=20': [200, list(JOB)],
  'GET /v1/jobs?limit=1&status=queued%2Cfailed': [200, list(JOB)],
  [`GET /v1/jobs/${JOB.id}`]: [200, JOB],
  [`GET /v1/jobs/${REVIEW.id}`]: [200, REVIEW],
  [`POST /v1/jobs/${JOB.id}/cancel`]: [409, PROBLEM],
  [`POST /v1/jobs/${JOB.id}/messages`]: [202, MESSAGE],
  [`POST /v1/jobs/${JOB.id}/replay`]: [202, { ...REPLAYED, status: 'queued', result: null, error: null }],
  [`GET /v1/jobs/${REPLAYED.id}/events`]: [200, ended({})],
  [`GET /v1/jobs/${REPLAYED.id}`]: [200, REPLAYED],
  'GET /v1/approvals': [200, list(APPROVAL)],
  [`POST /v1/jobs/${JOB.id}/approvals/${APPROVAL.id}`]: [200, { ...APPROVAL, status: 'approved' }],
  'GET /v1/secrets': [200, list(SECRET)],
  'PUT /v1/secrets/NPM_TOKEN': [200, SECRET],
  'DELETE /v1/secrets/NPM_TOKEN': [204, ''],
  'GET /v1/audit?limit=20': [
    200,
    { object: 'list', data: ENTRIES, head: { seq: 3, hash: HEAD }, has_more: false },
  ],
  'GET /v1/audit?after=0': [200, toLines(ENTRIES)],
};

let bodies: string[] = [];
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    bodies.push(Buffer.concat(chunks).toString());
    const [status, body] = ANSWERS[`${request.method} ${request.url}`] ?? [404, { ...PROBLEM, status: 404 }];
    response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
  });
});
let baseUrl: string;
let dir: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  dir = await mkdtemp(join(tmpdir(), 'drydock-cli-'));
});
beforeEach(() => {
  bodies = [];
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(dir, { recursive: true });
});

/** What a command answers. */
async function run(line: string, { stdin = '', url = baseUrl } = {}) {
  let [out, err] = ['', ''];
  const code = await runCli(line.split(' ').filter(Boolean), {
    config: () => ({ baseUrl: url, apiKey: 'key' }),
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    stdin: (async function* () {
      yield stdin;
    })(),
  });
  return { code, out, err };
}

it('lists jobs, with filters, as a table or as JSON lines', async () => {
  const { code, out } = await run('jobs');
  expect([code, out.split('\n')]).toEqual([
    0,
    [
      'JOB                             STATUS     VERIFIED  KIND  CREATED                   MODEL',
      'job_01ARZ3NDEKTSV4RRFFQ69G5FAA  succeeded  -         fix   2026-01-01T00:00:00.000Z  scripted/fix',
      '',
    ],
  ]);
  expect(await run('jobs list --limit 1 --status queued,failed --json')).toEqual({
    code: 0,
    out: toLines([JOB]),
    err: '',
  });
});

it('shows a job without anything that a terminal would act on', async () => {
  const { out } = await run(`jobs show ${JOB.id}`);
  expect(out).toMatch(/error +model_error: Bad \[31m thing/);
  // oxlint-disable-next-line no-control-regex -- what must not be there
  expect(out).not.toMatch(/[\u001b\u202e]/);
});

it('writes to a job', async () => {
  expect(await run(`jobs message ${JOB.id} --text smaller`)).toMatchObject({
    code: 0,
    out: `message  ${MESSAGE.id}\n`,
  });
  expect(bodies).toEqual(['{"text":"smaller"}']);
  expect(await run(`jobs message ${JOB.id}`)).toMatchObject({ code: 2 });
});

it('shows what a review found, line by line, and what the agent claims', async () => {
  const { out } = await run(`jobs show ${REVIEW.id}`);
  const lines = out.split('\n');
  expect(lines.slice(lines.findIndex((line) => line.startsWith('found')))).toEqual([
    'found     high  a.js:3  Wrong  [31mend',
    '              It is 0.',
    '              Always.',
    'claimed   node --test: failed',
    '',
  ]);
});

it('says why the server refuses, and ends with 1', async () => {
  expect(await run(`jobs cancel ${JOB.id}`)).toEqual({
    code: 1,
    out: '',
    err: 'drydock: It has already ended.\n',
  });
});

it('replays a job, and shows the first difference without anything that a terminal would act on', async () => {
  const { code, out } = await run(`replay ${JOB.id}`);
  expect([code, out.split('\n')]).toEqual([
    1,
    [
      `▸ ${REPLAYED.id} replays ${JOB.id}`,
      '✘ differs before turn 3 of 5',
      '  recorded: ok 1',
      '  now:      not [31m ok 1',
      '',
    ],
  ]);
});

it('lists approvals, and decides them by their id alone', async () => {
  const { out } = await run('approvals');
  expect(out.split('\n')[1]).toContain('curl  a.test  curl  [2Jhttps://a.test');
  const decided = await run(`approvals approve ${APPROVAL.id} --remember --reason fine`);
  expect(decided.out).toBe(`${APPROVAL.id} is approved; ${JOB.id} goes on.\n`);
  expect(JSON.parse(bodies.at(-1) ?? '')).toEqual({ decision: 'approve', remember: true, reason: 'fine' });
  expect((await run('approvals deny apr_x')).code).toBe(1);
});

it('takes the value of a secret from stdin, without its line break', async () => {
  const { out } = await run('secrets set NPM_TOKEN --host a.test --host b.test', {
    stdin: 'line 1\nline 2\n',
  });
  expect(out).toBe('NPM_TOKEN is set, version 2.\n');
  expect(JSON.parse(bodies.at(-1) ?? '')).toEqual({ value: 'line 1\nline 2', hosts: ['a.test', 'b.test'] });
  expect((await run('secrets')).out).toContain('NPM_TOKEN  2        2026-01-02T00:00:00.000Z  a.test');
  expect((await run('secrets delete NPM_TOKEN')).out).toBe('NPM_TOKEN is deleted.\n');
});

it('verifies the audit log of the API', async () => {
  const { code, out } = await run(`audit verify --head ${HEAD}`);
  expect([code, out.split('\n')]).toEqual([
    0,
    [
      '✔ intact  3 entries',
      'first  2026-01-01T00:00:00.000Z',
      'last   2026-01-01T00:00:02.000Z',
      `head   ${HEAD}`,
      '',
    ],
  ]);
  expect((await run('audit')).out).toContain('caller key_1  job.submitted  -        kind=fix n=0');
});

it('verifies files without a server, and names the first broken link with exit 1', async () => {
  const path = (name: string) => join(dir, name);
  await writeFile(path('0000000000000001.jsonl'), toLines(ENTRIES.slice(0, 2)));
  await writeFile(path('0000000000000003.jsonl'), toLines(ENTRIES.slice(2)));
  const away = { url: 'http://127.0.0.1:1' };
  expect((await run(`audit verify --dir ${dir}`, away)).out).toContain('✔ intact  3 entries\n');
  const part = await run(`audit verify --file ${path('0000000000000003.jsonl')}`, away);
  expect(part.out).toContain('1 entries, from entry 3 on');
  await writeFile(path('bad.jsonl'), toLines(ENTRIES).replace('"n":1', '"n":7'));
  const bad = await run(`audit verify --json --file ${path('bad.jsonl')}`, away);
  expect([bad.code, JSON.parse(bad.out)]).toEqual([
    1,
    { intact: false, seq: 2, problem: expect.stringContaining('was changed') },
  ]);
  const cut = await run(`audit verify --file ${path('0000000000000001.jsonl')} --head ${HEAD}`, away);
  expect([cut.code, cut.out]).toEqual([
    1,
    expect.stringContaining('broken at entry 2: the head that was noted'),
  ]);
  await writeFile(path('text.jsonl'), 'hello\n');
  expect((await run(`audit verify --file ${path('text.jsonl')}`, away)).code).toBe(1);
  expect((await run(`audit verify --file ${path('none.jsonl')}`, away)).code).toBe(2);
});

it.each<[string, number]>([
  ['', 2],
  ['--help', 0],
  ['jobs show', 2],
  ['jobs show nonsense', 2],
  ['jobs list --remember', 2],
  ['jobs list --limit 0', 2],
  ['jobs list --status unknown', 2],
  ['nonsense', 2],
  ['jobs nonsense', 2],
  ['jobs list --nonsense', 2],
  ['secrets delete lower', 2],
  ['audit verify --head abc', 2],
  ['audit verify --file a --dir b', 2],
])('ends `drydock %s` with %i, without asking the server', async (line, code) => {
  expect((await run(line)).code).toBe(code);
  expect(bodies).toEqual([]);
});

it('ends with 69 where the API cannot be reached, and with the code of a missing key', async () => {
  expect((await run('jobs', { url: 'http://127.0.0.1:1' })).code).toBe(69);
  const config = () => {
    throw new CliError(78, 'There is no key.');
  };
  const silent = () => undefined;
  expect(await runCli(['jobs'], { config, out: silent, err: silent, stdin: process.stdin })).toBe(78);
});
