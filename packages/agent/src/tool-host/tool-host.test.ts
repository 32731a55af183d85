import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ToolHostRequest, ToolHostResponse } from '@drydock/contracts';
import { describe, expect, onTestFinished, test } from 'vitest';
import { TemporaryWorkspace } from '../../test/temporary-workspace.ts';
import { systemClock } from '../system-clock.ts';
import { buildCommandEnvironment } from './command-environment.ts';
import type { Shell } from './shell.ts';
import { findShell } from './shell.ts';
import { ToolHost } from './tool-host.ts';

type ExecBody = Extract<ToolHostRequest, { type: 'exec' }>['body'];

function startHost(shell: Shell | undefined = findShell()) {
  const workspace = new TemporaryWorkspace();
  onTestFinished(() => workspace[Symbol.dispose]());
  const env = buildCommandEnvironment({ home: workspace.directory, path: undefined, shell: shell?.file });
  const sent: ToolHostResponse[] = [];
  const host = new ToolHost({
    commands: { workspace: workspace.work, env, shell, uid: process.getuid?.() ?? 0, clock: systemClock },
    send: (response) => sent.push(response),
    killAll: () => sent.push({ type: 'done', id: 999, body: {} }),
  });
  const ask = async (request: ToolHostRequest): Promise<ToolHostResponse | undefined> => {
    await host.serve(request);
    return sent.findLast((response) => 'id' in response && response.id === request.id);
  };
  const exec = async (cmd: string, body: Partial<ExecBody> = {}) => {
    const defaults = { cmd, workdir: '.', env: {}, timeoutMs: 4_000, maxOutputBytes: 1_000 };
    const answer = await ask({ type: 'exec', id: 1, body: { ...defaults, ...body } });
    if (answer?.type !== 'exited') return answer;
    const { head, tail, durationMs: _, ...rest } = answer.body;
    return {
      ...rest,
      head: Buffer.from(head, 'base64').toString(),
      tail: Buffer.from(tail, 'base64').toString(),
    };
  };
  return { workspace, host, ask, exec, sent };
}

const exited = { exitCode: 0, signal: null, timedOut: false, tail: '' };

describe('exec', () => {
  test('answers with exit code and both outputs in the order they were written', async () => {
    const { exec } = startHost();
    const cmd = 'echo a; echo b >&2; echo c > /dev/stderr; echo d; exit 3';
    expect(await exec(cmd)).toEqual({ ...exited, exitCode: 3, head: 'a\nb\nc\nd\n', totalBytes: 8 });
  });

  test('gives the command a fixed environment, no input and no stream of the tool host', async () => {
    const { exec, workspace } = startHost();
    mkdirSync(join(workspace.work, 'sub'));
    const answer = await exec('cat; echo "$HOME $TERM $X $PWD"; ls /proc/self/fd | head -3 | tr "\\n" " "', {
      workdir: 'sub',
      env: { X: 'y' },
    });
    expect(answer).toMatchObject({ head: `${workspace.directory} dumb y ${workspace.work}/sub\n0 1 2 ` });
  });

  test('keeps head and tail of a long output and streams the head', async () => {
    const { exec, sent } = startHost();
    const answer = await exec('head -c 3000000 /dev/zero | tr "\\0" x; echo end', { maxOutputBytes: 20 });
    expect(answer).toEqual({ ...exited, head: 'xxxxxxxxxx', tail: 'xxxxxxend\n', totalBytes: 3_000_004 });
    expect(sent[0]).toEqual({
      type: 'output',
      id: 1,
      body: { data: Buffer.from('xxxxxxxxxx').toString('base64') },
    });
  });

  test('kills what a command started when it runs out of time, also what left its session', async () => {
    const { exec } = startHost();
    const answer = await exec('setsid sleep 71 & setsid setsid sleep 72 & echo $$; sleep 73', {
      timeoutMs: 100,
    });
    expect(answer).toMatchObject({ exitCode: null, signal: 'SIGKILL', timedOut: true });
    const left = await exec(
      "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' | grep -c 'sleep 7[123] '; true",
    );
    expect(left).toMatchObject({ head: '0\n' });
  });

  test('does not wait beyond its time for what escaped and holds its output open', async () => {
    const { exec } = startHost();
    const startedAt = systemClock.now();
    const answer = await exec('(setsid env -i sleep 2 &); sleep 0.05; echo done', { timeoutMs: 200 });
    expect(answer).toMatchObject({ ...exited, head: 'done\n' });
    expect(systemClock.now() - startedAt).toBeLessThan(1_500);
  });

  test('ends when it is cancelled, and is answered as usual', async () => {
    const { ask, exec } = startHost();
    const running = exec('sleep 50');
    expect(await ask({ type: 'cancel', id: 2, body: { execId: 1 } })).toEqual({
      type: 'done',
      id: 2,
      body: {},
    });
    expect(await running).toMatchObject({ exitCode: null, signal: 'SIGKILL', timedOut: false });
  });

  test('reports the signal that ended a command', async () => {
    expect(await startHost().exec('kill -TERM $$')).toMatchObject({ exitCode: null, signal: 'SIGTERM' });
  });

  test.each([
    ['a directory that is not there', { workdir: 'nope' }, /There is no directory .*\/nope/],
    ['a NUL in the command', { cmd: 'a\0b' }, /too long or has a NUL/],
  ])('refuses %s', async (_, body, message) => {
    const answer = await startHost().exec('true', body);
    expect(answer).toMatchObject({
      type: 'failed',
      body: { reason: 'bad_request', message: expect.stringMatching(message) },
    });
  });

  test('says so where the image has no shell', async () => {
    const workspace = new TemporaryWorkspace();
    onTestFinished(() => workspace[Symbol.dispose]());
    const sent: ToolHostResponse[] = [];
    const commands = { workspace: workspace.work, env: {}, shell: undefined, uid: 0, clock: systemClock };
    const host = new ToolHost({
      commands,
      send: (response) => sent.push(response),
      killAll: () => undefined,
    });
    const body = { cmd: 'true', workdir: '.', env: {}, timeoutMs: 1_000, maxOutputBytes: 10 };
    await host.serve({ type: 'exec', id: 1, body });
    expect(sent).toEqual([
      {
        type: 'failed',
        id: 1,
        body: { reason: 'bad_request', message: expect.stringMatching(/has no shell/) },
      },
    ]);
  });
});

describe('files', () => {
  test('reads the first bytes of a file and says whether there are more', async () => {
    const { ask, workspace } = startHost();
    writeFileSync(join(workspace.work, 'f'), 'hello');
    const read = (maxBytes: number) => ask({ type: 'read_file', id: 1, body: { path: 'f', maxBytes } });
    const file = (text: string, truncated: boolean) => ({
      type: 'file',
      id: 1,
      body: { data: Buffer.from(text).toString('base64'), truncated },
    });
    expect(await read(5)).toEqual(file('hello', false));
    expect(await read(4)).toEqual(file('hell', true));
  });

  test('does not wait at a FIFO', async () => {
    const { ask, exec } = startHost();
    await exec('mkfifo pipe');
    expect(await ask({ type: 'read_file', id: 2, body: { path: 'pipe', maxBytes: 1 } })).toEqual({
      type: 'failed',
      id: 2,
      body: { reason: 'bad_request', message: 'pipe is not a regular file.' },
    });
    const patch = '*** Begin Patch\n*** Update File: pipe\n-a\n*** End Patch';
    expect(await ask({ type: 'apply_patch', id: 3, body: { patch } })).toMatchObject({
      body: { reason: 'patch_mismatch', message: expect.stringMatching(/pipe is not a file/) },
    });
  });

  test('lists the first names of a directory, sorted', async () => {
    const { ask, workspace } = startHost();
    for (const name of ['b', 'a', 'c']) writeFileSync(join(workspace.work, name), '');
    const list = (path: string, maxEntries: number) =>
      ask({ type: 'list_dir', id: 1, body: { path, maxEntries } });
    expect(await list('.', 2)).toEqual({
      type: 'dir',
      id: 1,
      body: { entries: ['a', 'b'], truncated: true },
    });
    expect(await list('', 3)).toMatchObject({ body: { entries: ['a', 'b', 'c'], truncated: false } });
    expect(await list('nope', 3)).toMatchObject({ body: { reason: 'not_found' } });
    expect(await list('a', 3)).toMatchObject({ body: { reason: 'io_error' } });
    expect(await list('../x', 3)).toMatchObject({ body: { reason: 'bad_request' } });
  });

  test('applies patches and clears on request', async () => {
    const { ask, sent } = startHost();
    const patch = '*** Begin Patch\n*** Add File: a\n+x\n*** End Patch';
    expect(await ask({ type: 'apply_patch', id: 1, body: { patch } })).toEqual({
      type: 'patched',
      id: 1,
      body: { changes: [{ path: 'a', kind: 'added' }] },
    });
    expect(await ask({ type: 'clear', id: 2, body: {} })).toEqual({ type: 'done', id: 2, body: {} });
    expect(sent).toContainEqual({ type: 'done', id: 999, body: {} });
  });
});
