import type { Sandbox } from '@drydock/core';
import { describeWith } from '@drydock/testing';
import { expect, it } from 'vitest';
import { docker, output, run, soon, type TestHost } from './test-host.ts';
import { useSandbox } from './use-test-host.ts';

describeWith('docker', 'a command', () => {
  let host: TestHost;
  let sandbox: Sandbox;

  useSandbox((ownHost, ownSandbox) => {
    [host, sandbox] = [ownHost, ownSandbox];
  });

  it('that kills everything it may is an observation, and the next one works', async () => {
    expect(await run(sandbox, 'sleep 1000 & kill -9 -1; sleep 10')).toMatchObject({
      exitCode: null,
      signal: 'SIGKILL',
    });
    expect(await output(sandbox, 'pgrep sleep; echo next')).toBe('next\n');
  });

  it('that stops the tool host is cut at its deadline, and the next one works', async () => {
    const stopped = await run(sandbox, 'kill -STOP -1', 1_000);
    expect(stopped).toMatchObject({ timedOut: true, signal: 'SIGKILL' });
    expect(await output(sandbox, 'echo next')).toBe('next\n');
  });

  it('that stops the tool host does not hang until its deadline: it is told what happened, and the next one works', async () => {
    const startedAt = performance.now();
    const stopped = await run(sandbox, 'echo before; sleep 1; kill -STOP -1', 45_000);
    expect(performance.now() - startedAt).toBeLessThan(25_000);
    expect(stopped).toMatchObject({
      head: 'before\n',
      tail: expect.stringContaining('was stopped') as string,
      signal: 'SIGKILL',
      timedOut: false,
    });
    expect(await output(sandbox, 'ps -o stat= | grep -c T; echo next')).toBe('0\nnext\n');
  });

  it('writes to real pipes: /dev/stderr can be opened, and who escaped with one disturbs nobody', async () => {
    const cmd = '(setsid env -i sh -c "sleep 3; echo late" &); echo out; echo err > /dev/stderr; echo end';
    const [first, second] = [await run(sandbox, cmd, 300), await run(sandbox, 'sleep 3; echo mine')];
    expect(first).toMatchObject({ head: 'out\nerr\nend\n' });
    expect(second).toMatchObject({ head: 'mine\n', exitCode: 0 });
    expect(await output(sandbox, 'stat -Lc %F /proc/self/fd/1 /proc/self/fd/2')).toBe('fifo\nfifo\n');
  });

  it('that forks without end is cut at its deadline, and the next one works', async () => {
    const bomb = await run(sandbox, 'f() { f | f & }; f; sleep 100', 2_000);
    expect(bomb.timedOut).toBe(true);
    await using fresh = await host.start();
    expect(await output(fresh, 'echo neighbour')).toBe('neighbour\n');
    expect((await sandbox.capturePatch(soon())).diff.byteLength).toBe(0);
    expect(await output(sandbox, 'echo next')).toBe('next\n');
  });

  it('that kills tool hosts again and again loses its sandbox, in bounded time', async () => {
    const killed = async () => {
      for (let attempt = 0; attempt < 30; attempt += 1) await run(sandbox, 'kill -9 -1; sleep 5');
    };
    await expect(killed()).rejects.toMatchObject({ code: 'sandbox_lost' });
  });

  it('is killed with all its descendants when it is aborted', async () => {
    const abort = new AbortController();
    const request = {
      cmd: 'sleep 1234 & setsid sleep 1234 & sleep 1234',
      workdir: '.',
      timeoutMs: 60_000,
      maxOutputBytes: 1_000,
    };
    const aborted = sandbox.exec(request, abort.signal);
    setTimeout(() => abort.abort(new Error('cancelled')), 300);
    await expect(aborted).rejects.toThrow('cancelled');
    expect(await output(sandbox, 'pgrep -x sleep | wc -l')).toBe('0\n');
  });

  it('shows its output while it runs, and keeps both ends of too much', async () => {
    const seen: string[] = [];
    const request = {
      cmd: 'echo first; seq 1 100000; echo last',
      workdir: '/job/work',
      timeoutMs: 20_000,
      maxOutputBytes: 2_000,
    };
    const result = await sandbox.exec({ ...request, onOutput: (text) => seen.push(text) }, soon());
    expect(seen.join('').startsWith('first\n1\n2\n')).toBe(true);
    expect(seen.join('').length).toBeLessThanOrEqual(1_000);
    expect(result.head.startsWith('first\n')).toBe(true);
    expect(result.tail.endsWith('100000\nlast\n')).toBe(true);
    expect(result.omittedBytes).toBe(result.totalBytes - Buffer.byteLength(result.head + result.tail));
  });

  it('that is larger than a frame is refused in words', async () => {
    const result = await run(sandbox, `: ${'x'.repeat(1_100_000)}`);
    expect(result).toMatchObject({ exitCode: 126, head: 'The request is larger than 1 MB.' });
    expect(await output(sandbox, 'echo next')).toBe('next\n');
  });

  it('uses up all memory without ending the sandbox', async () => {
    const result = await run(
      sandbox,
      'node --max-old-space-size=8000 -e "const a=[]; for(;;) a.push(Buffer.alloc(1e7, 1))"',
    );
    expect(result.exitCode === 0).toBe(false);
    expect(await output(sandbox, 'echo next')).toBe('next\n');
  });

  it('finds its sandbox lost when the container is killed from outside', async () => {
    const lost = run(sandbox, 'sleep 100');
    docker('kill', `drydock-${host.config.instanceId}-${sandbox.id}`);
    await expect(lost).rejects.toMatchObject({ code: 'sandbox_lost' });
    await sandbox.ended;
  });
});
