import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ToolHostRequest, ToolHostResponse } from '@drydock/contracts';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { TemporaryWorkspace } from './temporary-workspace.ts';
import { systemClock } from '../src/system-clock.ts';
import { buildCommandEnvironment } from '../src/tool-host/command-environment.ts';
import { OutputPipes } from '../src/tool-host/output-pipes.ts';
import type { Shell } from '../src/tool-host/shell.ts';
import { findShell } from '../src/tool-host/shell.ts';
import type { TerminalPrograms } from '../src/tool-host/terminal.ts';
import { ToolHost } from '../src/tool-host/tool-host.ts';

type ExecBody = Extract<ToolHostRequest, { type: 'exec' }>['body'];

type Pipes = Pick<OutputPipes, 'take'>;

const pipes = new OutputPipes();
const terminal: TerminalPrograms = { script: ['script'], stty: ['stty'] };
const noPipes: Pipes = { take: () => undefined };

beforeAll(() => pipes.fill());

function startHost(from: { readonly shell?: Shell; readonly pipes?: Pipes } = {}) {
  const shell = from.shell ?? findShell();
  const workspace = new TemporaryWorkspace();
  onTestFinished(() => workspace[Symbol.dispose]());
  const env = buildCommandEnvironment({ home: workspace.directory, path: undefined, shell: shell?.file });
  const sent: ToolHostResponse[] = [];
  const host = new ToolHost({
    commands: {
      workspace: workspace.work,
      env,
      shell,
      uid: process.getuid?.() ?? 0,
      pipes: from.pipes ?? pipes,
      terminal,
      clock: systemClock,
    },
    findChangedRoot: () => workspace.work,
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
  test.each([
    ['a pipe', pipes],
    ['the shell', noPipes],
  ])('answers with exit code and both outputs in order, joined by %s', async (_, joiner) => {
    const { exec } = startHost({ pipes: joiner });
    const cmd = 'echo a; echo b >&2; echo c > /dev/stderr; echo d; exit 3';
    expect(await exec(cmd)).toEqual({
      ...exited,
      exitCode: 3,
      head: 'a\nb\nc\nd\n',
      totalBytes: 8,
      totalLines: 4,
    });
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
    expect(answer).toEqual({
      ...exited,
      head: 'xxxxxxxxxx',
      tail: 'xxxxxxend\n',
      totalBytes: 3_000_004,
      totalLines: 1,
    });
    expect(sent[0]).toEqual({
      type: 'output',
      id: 1,
      body: { data: Buffer.from('xxxxxxxxxx').toString('base64') },
    });
  });

  test('streams as much as is asked for, whatever the answer may hold', async () => {
    const { exec, sent } = startHost();
    await exec('head -c 3000000 /dev/zero', { maxOutputBytes: 20, maxStreamBytes: 1_000_000 });
    const streamed = sent.flatMap((frame) => (frame.type === 'output' ? [frame.body.data] : []));
    expect(Buffer.concat(streamed.map((data) => Buffer.from(data, 'base64'))).byteLength).toBe(1_000_000);
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
    const answer = await exec('(setsid env -i sleep 10 &); echo done', { timeoutMs: 1_500 });
    expect(answer).toMatchObject({ ...exited, head: 'done\n' });
    expect(systemClock.now() - startedAt).toBeLessThan(8_000);
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
    const commands = {
      workspace: workspace.work,
      env: {},
      shell: undefined,
      uid: 0,
      pipes,
      terminal,
      clock: systemClock,
    };
    const host = new ToolHost({
      commands,
      findChangedRoot: () => workspace.work,
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

/** What a command came to, its output as text. */
function readAnswer(answer: ToolHostResponse | undefined) {
  if (answer?.type !== 'running' && answer?.type !== 'exited') return answer;
  const { head, tail, durationMs: _, ...rest } = answer.body;
  return {
    type: answer.type,
    text: [head, tail].map((part) => Buffer.from(part, 'base64').toString()).join(''),
    ...rest,
  };
}

describe('a command that goes on', () => {
  const body = { workdir: '.', env: {}, timeoutMs: 10_000, maxOutputBytes: 1_000 };

  function startSession(cmd: string, more: Partial<ExecBody> = {}) {
    const { ask, sent } = startHost();
    let lastId = 1;
    const start = async () =>
      readAnswer(await ask({ type: 'exec', id: 1, body: { ...body, cmd, yieldMs: 300, ...more } }));
    const write = async (chars: string, yieldMs = 2_000) => {
      lastId += 1;
      const writing = { execId: 1, chars, yieldMs, maxOutputBytes: 1_000 };
      return readAnswer(await ask({ type: 'write', id: lastId, body: writing }));
    };
    return { start, write, ask, sent };
  }

  test('is answered with its output so far, and later with what came since', async () => {
    const { start, write, sent } = startSession('echo one; sleep 0.6; echo two; exit 3');
    expect(await start()).toEqual({ type: 'running', text: 'one\n', totalBytes: 4, totalLines: 1 });
    expect(sent.map((frame) => frame.type)).toEqual(['output', 'running']);
    expect(await write('')).toEqual({
      type: 'exited',
      text: 'two\n',
      totalBytes: 4,
      totalLines: 1,
      exitCode: 3,
      signal: null,
      timedOut: false,
    });
    expect(sent.map((frame) => frame.type)).toEqual(['output', 'running', 'output', 'ended', 'exited']);
    expect(sent.find((frame) => frame.type === 'ended')).toMatchObject({ id: 1, body: { totalBytes: 8 } });
    expect(await write('')).toMatchObject({ type: 'failed', body: { reason: 'bad_request' } });
  });

  test('that ends in time is answered as any other', async () => {
    expect(await startSession('echo done').start()).toMatchObject({ type: 'exited', text: 'done\n' });
  });

  test('reads what is typed, where its stdin was kept open', async () => {
    const { start, write } = startSession('read name; echo "hello $name"; cat; echo end', {
      keepStdinOpen: true,
    });
    expect(await start()).toMatchObject({ type: 'running', text: '' });
    expect(await write('you\n', 300)).toMatchObject({ type: 'running', text: 'hello you\n' });
    expect(await write('more\n\u0004')).toMatchObject({ type: 'exited', exitCode: 0, text: 'more\nend\n' });
  });

  test('says that its stdin is closed, and can be interrupted all the same', async () => {
    const { start, write } = startSession('trap "echo stopped; exit 9" INT; while :; do sleep 0.05; done');
    expect(await start()).toMatchObject({ type: 'running' });
    expect(await write('x')).toMatchObject({ body: { message: expect.stringMatching(/stdin .* closed/) } });
    expect(await write('\u0003')).toMatchObject({ type: 'exited', exitCode: 9, text: 'stopped\n' });
  });

  test('survives the end of another command', async () => {
    const { start, write, ask } = startSession('sleep 0.8; echo alive');
    await start();
    await ask({ type: 'exec', id: 50, body: { ...body, cmd: 'sleep 60 & true' } });
    expect(await write('')).toMatchObject({ type: 'exited', text: 'alive\n' });
  });

  test('is one of at most 64; one whose end nobody asked for makes room', async () => {
    const { ask } = startHost();
    const exec = (id: number, cmd: string) => ask({ type: 'exec', id, body: { ...body, cmd, yieldMs: 0 } });
    await Promise.all(Array.from({ length: 63 }, (_, index) => exec(index + 1, 'exec sleep 20')));
    expect(await exec(64, 'sleep 0.5')).toMatchObject({ type: 'running' });
    expect(await exec(65, 'true')).toMatchObject({
      body: { message: expect.stringMatching(/^64 commands/) },
    });
    let last = 65;
    await expect
      .poll(() => exec((last += 1), 'exec sleep 20'), { timeout: 10_000 })
      .toMatchObject({ type: 'running' });
    for (let id = 1; id <= last; id += 1) await ask({ type: 'cancel', id: 100 + id, body: { execId: id } });
    expect(
      await ask({
        type: 'write',
        id: 300,
        body: { execId: 1, chars: '', yieldMs: 2_000, maxOutputBytes: 9 },
      }),
    ).toMatchObject({ type: 'exited', body: { signal: 'SIGKILL' } });
  }, 15_000);

  test('keeps both ends of 1 MiB between two answers', async () => {
    const { start, write } = startSession('sleep 0.5; seq 1 400000');
    await start();
    const answer = await write('');
    expect(answer).toMatchObject({ type: 'exited', text: expect.stringMatching(/^1\n2\n[^]*\n400000\n$/) });
    expect(answer).toMatchObject({ totalBytes: 2_688_895 });
  });
});

describe('a fingerprint', () => {
  test('changes with every write, also where size and time are set back, and with nothing else', async () => {
    const { ask, exec } = startHost();
    const look = () => ask({ type: 'fingerprint', id: 7, body: {} });
    await exec('mkdir d; echo abc > d/f; touch -d 2001-01-01 d/f');
    const before = await look();
    await exec('cat d/f; ls -la d');
    expect(await look()).toEqual(before);
    await exec('echo abd > d/f; touch -d 2001-01-01 d/f');
    expect(await look()).not.toEqual(before);
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
