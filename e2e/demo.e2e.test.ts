import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findTraces } from './src/e2e-stack.ts';
import { startRealModel } from './src/real-model.ts';
import { listChildren, makeDirectory, readInstanceId, startCommand } from './src/start-command.ts';

const FIX_TS = { 'Issue #14': 'scripted/fix-ts' };
const FIX_BOTH = { ...FIX_TS, 'Issue #7': 'scripted/fix-py' };

it('shows both jobs, verified, with their lint deltas, and leaves nothing', async () => {
  await using dir = await makeDirectory();
  await using demo = startCommand('demo', { env: { DRYDOCK_DATA_DIR: dir.path } });
  const { exitCode, stdout, stderr } = await demo.ended;
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  const lines = stdout.trimEnd().split('\n');
  expect(lines.at(-1)).toBe('2 of 2 verified');
  expect(lines.filter((line) => line.startsWith('▸'))).toEqual([
    '▸ fix examples/ts (scripted model)',
    '▸ fix examples/py (scripted model)',
  ]);
  const verdicts = lines.filter((line) => line.startsWith('✔'));
  expect(verdicts.map((line) => line.replace(/[\d.]+ s$/, 'n s'))).toEqual([
    '✔ verified  1 fail→pass · 12 pass→pass · 0 regressions · lint ±0 · n s',
    '✔ verified  1 fail→pass · 14 pass→pass · 0 regressions · lint -1 · n s',
  ]);
  expect(await findTraces(await readInstanceId(join(dir.path, 'demo')))).toEqual([]);
});

it('with --json prints one JSON line per job on standard output and nothing else', async () => {
  await using dir = await makeDirectory();
  await using model = await startRealModel(FIX_BOTH);
  const env = {
    DRYDOCK_DATA_DIR: dir.path,
    OPENAI_API_KEY: 'sk-of-the-test',
    DRYDOCK_MODEL_BASE_URL: model.url,
  };
  await using demo = startCommand('demo', { args: ['--json'], env });
  const { exitCode, stdout, stderr } = await demo.ended;
  expect(stderr.trimEnd().split('\n').at(-1)).toBe('2 of 2 verified');
  expect(exitCode).toBe(0);
  const results = stdout
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  expect(results).toEqual([expect.objectContaining(VERIFIED), expect.objectContaining(VERIFIED)]);
  // The model that was asked is the default one, on the server and with the key of the environment.
  const asked = { path: '/v1/responses', authorization: 'Bearer sk-of-the-test', model: 'gpt-5.3-codex' };
  expect(model.calls.length).toBeGreaterThan(10);
  expect(model.calls).toEqual(model.calls.map(() => asked));
  expect(stderr).toContain('▸ fix examples/py (real model)');
});

const VERIFIED = {
  status: 'succeeded',
  verified: true,
  fail_to_pass: [expect.any(String)],
  regressions: [],
  patch: expect.stringMatching(/^diff --git /),
  duration_ms: expect.any(Number),
  model: 'gpt-5.3-codex',
};

it('refuses a second demo in the same checkout, and ends clearly when a service dies', async () => {
  await using dir = await makeDirectory();
  const env = { DRYDOCK_DATA_DIR: dir.path };
  await using first = startCommand('demo', { env });
  await expect.poll(() => first.stdout, { timeout: 30_000 }).toContain('▸ fix');
  await using second = startCommand('demo', { env });
  const refused = await second.ended;
  expect(refused.exitCode).toBe(78);
  expect(refused.stderr).toMatch(/DRYDOCK_DATA_DIR .* already running \(process \d+\)/);

  const services = await listChildren(first.pid);
  const api = services.find(({ command }) => command.includes('services/api'));
  process.kill(api?.pid ?? 0, 'SIGKILL');
  const killedAt = performance.now();
  const { exitCode, stderr } = await first.ended;
  expect(performance.now() - killedAt).toBeLessThan(30_000);
  expect({ exitCode, stderr }).toEqual({
    exitCode: 1,
    stderr: expect.stringMatching(/^drydock: api ended by SIGKILL; its log is .*api\.log\n$/),
  });
  expect(await findTraces(await readInstanceId(join(dir.path, 'demo')))).toEqual([]);
});

it('stops everything and leaves nothing when it is interrupted, twice as npm does it', async () => {
  await using dir = await makeDirectory();
  await using demo = startCommand('demo', { env: { DRYDOCK_DATA_DIR: dir.path } });
  await expect.poll(() => demo.stdout, { timeout: 30_000 }).toContain('$ ');
  demo.signal('SIGINT');
  demo.signal('SIGINT');
  const { exitCode, stderr } = await demo.ended;
  expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: 'drydock: stopped by SIGINT\n' });
  expect(await findTraces(await readInstanceId(join(dir.path, 'demo')))).toEqual([]);
});
