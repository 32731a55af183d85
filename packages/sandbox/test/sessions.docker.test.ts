import type { CommandEnd, ExecRequest, Sandbox } from '@drydock/core';
import { describeWith } from '@drydock/testing';
import { expect, it } from 'vitest';
import { output, run, soon } from './test-host.ts';
import { useSandbox } from './use-test-host.ts';

describeWith('docker', 'a session', () => {
  let sandbox: Sandbox;
  let ends: CommandEnd[];

  useSandbox((_, ownSandbox) => {
    [sandbox, ends] = [ownSandbox, []];
  });

  const start = (cmd: string, more: Partial<ExecRequest> = {}) =>
    sandbox.exec(
      {
        cmd,
        workdir: '/job/work',
        timeoutMs: 30_000,
        maxOutputBytes: 10_000,
        yieldMs: 500,
        onEnded: (end) => ends.push(end),
        ...more,
      },
      soon(),
    );
  const write = (sessionId: number | undefined, chars: string, yieldMs = 5_000) =>
    sandbox.writeStdin({ sessionId: sessionId ?? -1, chars, yieldMs, maxOutputBytes: 10_000 }, soon());

  it('goes on beside other commands, and says each part of its output once', async () => {
    const first = await start('echo one; read x; echo "got $x"; exit 4', { keepStdinOpen: true });
    expect(first).toMatchObject({ head: 'one\n', exitCode: null, sessionId: expect.any(Number) as number });
    expect(await output(sandbox, 'echo other')).toBe('other\n');
    expect(ends).toEqual([]);
    const last = await write(first.sessionId, 'this\n');
    expect(last).toMatchObject({ head: 'got this\n', exitCode: 4 });
    expect(last).not.toHaveProperty('sessionId');
    expect(ends).toEqual([expect.objectContaining({ exitCode: 4, totalBytes: 13 })]);
    expect(await write(first.sessionId, '')).toEqual({
      refused: expect.stringContaining('no session') as string,
    });
  });

  it('is killed with its descendants when sessions are ended, and says so', async () => {
    const { sessionId } = await start('setsid sleep 1234 & sleep 1234');
    await sandbox.endSessions(soon());
    await expect.poll(() => ends).toEqual([expect.objectContaining({ signal: 'SIGKILL', timedOut: false })]);
    expect(await write(sessionId, '')).toHaveProperty('refused');
    expect(await output(sandbox, 'pgrep -x sleep | wc -l')).toBe('0\n');
  });

  it('ends with the tool host that a command killed', async () => {
    const { sessionId } = await start('sleep 1234');
    await run(sandbox, 'kill -9 -1; sleep 5');
    expect(ends).toEqual([expect.objectContaining({ signal: 'SIGKILL' })]);
    expect(await write(sessionId, '')).toMatchObject({ exitCode: null, signal: 'SIGKILL' });
  });

  it('is killed at its deadline while nobody waits for it', async () => {
    await start('echo x; sleep 1234', { timeoutMs: 1_000 });
    await expect.poll(() => ends, { timeout: 10_000 }).toEqual([expect.objectContaining({ timedOut: true })]);
  });

  it('survives a state capture, and stands still meanwhile', async () => {
    const { sessionId } = await start(
      'while :; do date +%N > /tmp/clock; cp /tmp/clock clock.new; mv clock.new clock; done & sleep 0.2; read x; kill $!; echo "got $x"',
      {
        keepStdinOpen: true,
      },
    );
    const keep = async (chunks: AsyncIterable<Uint8Array>) => {
      for await (const _ of chunks);
    };
    const { diff } = await sandbox.captureState({ commands: 'pause', keep }, soon());
    expect(Buffer.from(diff).toString()).toContain('+++ b/clock');
    expect(await write(sessionId, 'on\n')).toMatchObject({ head: 'got on\n', exitCode: 0 });
  });

  it('of 1 GB of output costs neither the worker nor the sandbox memory', async () => {
    let streamed = 0;
    const before = process.memoryUsage().rss;
    const result = await start('head -c 1000000000 /dev/zero | tr "\\0" x', {
      yieldMs: 30_000,
      timeoutMs: 60_000,
      maxStreamBytes: 4 << 20,
      onOutput: (text) => void (streamed += text.length),
    });
    expect(result).toMatchObject({ exitCode: 0, totalBytes: 1_000_000_000 });
    expect(streamed).toBe(4 << 20);
    expect(process.memoryUsage().rss - before).toBeLessThan(64 << 20);
    const rss = await output(
      sandbox,
      `for p in /proc/[0-9]*; do [ -r $p/stat ] && grep -s VmHWM $p/status; done | sort -k2n | tail -1`,
    );
    expect(Number(/\d+/.exec(rss)?.[0])).toBeLessThan(150_000);
  });
});
