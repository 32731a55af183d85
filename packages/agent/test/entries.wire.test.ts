import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { FrameDecoder, FrameEncoder } from '@drydock/core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { start, turn } from './scripted-worker.ts';
import { TemporaryWorkspace } from './temporary-workspace.ts';

type Entry = 'agent-main' | 'tool-host-main';

/** An entry as a process of its own, with its frames. */
function launch(entry: Entry) {
  const file = join(import.meta.dirname, `../src/${entry}.ts`);
  // What one that is killed leaves in /tmp goes with a sandbox, and here with the test.
  const place = new TemporaryWorkspace();
  const env = { PATH: '/usr/local/bin:/usr/bin:/bin', TMPDIR: place.directory };
  const markdown = join(import.meta.dirname, 'import-markdown.ts');
  const child = spawn(process.execPath, ['--import', markdown, file], {
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exit;
    place[Symbol.dispose]();
  });
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const encoder = new FrameEncoder();
  const frames = readFrames(child);
  return {
    child,
    send: (frame: object) => child.stdin.write(encoder.encode(frame)),
    next: async () => (await frames.next()).value,
    exit,
    stderr: readAll(child.stderr),
  };
}

async function* readFrames(
  child: ChildProcessByStdio<Writable, Readable, Readable>,
): AsyncGenerator<unknown, undefined> {
  const decoder = new FrameDecoder();
  for await (const chunk of child.stdout) yield* decoder.push(chunk as Uint8Array);
  return undefined;
}

async function readAll(stream: Readable): Promise<string> {
  return Buffer.concat(await stream.toArray()).toString();
}

const entries: Entry[] = ['agent-main', 'tool-host-main'];

describe.each(entries)('%s', (entry) => {
  test('is ready at once and exits when its stdin ends, whatever signal it was sent', async () => {
    const { child, next, exit, stderr } = launch(entry);
    expect(await next()).toEqual({ type: 'ready', body: { protocol: 1 } });
    if (entry === 'tool-host-main')
      for (const signal of ['SIGTERM', 'SIGHUP', 'SIGUSR1'] as const) child.kill(signal);
    child.stdin.end();
    expect(await exit).toBe(0);
    expect(await stderr).toBe('');
  });

  test.each([
    ['of an unknown type', (send: (frame: object) => void) => send({ type: 'become_root', id: 1, body: {} })],
    [
      'out of sequence',
      (_: unknown, stdin: Writable) => {
        const encoder = new FrameEncoder();
        encoder.encode({});
        stdin.write(encoder.encode({ type: 'clear', id: 1, body: {} }));
      },
    ],
    ['that is no frame at all', (_: unknown, stdin: Writable) => stdin.write('hello, this is not a frame')],
  ])('ends on a frame %s, saying why on stderr', async (_, act) => {
    const { child, send, next, exit, stderr } = launch(entry);
    await next();
    act(send, child.stdin);
    expect(await exit).toBe(1);
    expect(await stderr).toMatch(/^drydock: /);
  });
});

describe('agent-main', () => {
  test('works when it is told to start, and stays until its stdin ends', async () => {
    const { child, send, next, exit } = launch('agent-main');
    await next();
    send({ type: 'start', body: start });
    expect(await next()).toMatchObject({ type: 'model.complete', id: 1 });
    send({ type: 'model.turn', id: 1, body: turn(['submit']) });
    expect(await next()).toEqual({ type: 'tool.call', id: 2, body: { callId: 'call-submit' } });
    send({ type: 'tool.observation', id: 2, body: { kind: 'submission_accepted' } });
    expect(await next()).toEqual({ type: 'finished', body: { reason: 'submitted', detail: '' } });
    expect(child.exitCode).toBeNull();
    child.stdin.end();
    expect(await exit).toBe(0);
  });
});
