import { describeWith, readSetupFacts } from '@drydock/testing';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { soon, SPEC, TestHost } from './test-host.ts';

const READY = `
let seq = 0;
function send(frame) {
  const payload = Buffer.from(JSON.stringify({ seq: ++seq, ...frame }));
  const head = Buffer.alloc(4);
  head.writeUInt32BE(payload.length);
  process.stdout.write(Buffer.concat([head, payload]));
}
send({ type: 'ready', body: { protocol: 1 } });
`;
const LIVE = 'process.stdin.on("end", () => process.exit()).resume();';

describeWith('docker', 'a hostile agent process', () => {
  let host: TestHost | undefined;
  let runtimeDir: string | undefined;

  /** An installation whose agent is another program. */
  async function openWith(agent: string): Promise<TestHost> {
    const dir = mkdtempSync(join(tmpdir(), 'drydock-runtime-'));
    runtimeDir = join(dir, 'runtime');
    execFileSync('cp', ['-al', readSetupFacts().runtimeDir, runtimeDir]);
    rmSync(join(runtimeDir, 'agent/agent.mjs'));
    writeFileSync(join(runtimeDir, 'agent/agent.mjs'), agent);
    execFileSync('chmod', ['0755', dir]);
    host = await TestHost.open({ runtimeDir });
    return host;
  }

  afterEach(async () => {
    expect(await host?.close()).toEqual([]);
    if (runtimeDir !== undefined) rmSync(join(runtimeDir, '..'), { recursive: true });
  });

  it.each([
    [
      'writes something else than frames',
      `${READY} process.stdin.once('data', () => console.log('x'.repeat(100))); ${LIVE}`,
    ],
    [
      'announces a huge frame',
      `${READY} process.stdin.once('data', () => process.stdout.write(Buffer.alloc(100, 255))); ${LIVE}`,
    ],
    [
      'repeats a sequence number',
      `${READY} process.stdin.once('data', () => { seq = 0; send({ type: 'ready', body: { protocol: 1 } }); }); ${LIVE}`,
    ],
    [
      'says what no agent says',
      `${READY} process.stdin.once('data', () => send({ type: 'approve', body: {} })); ${LIVE}`,
    ],
    [
      'floods',
      `${READY} process.stdin.once('data', () => { for (let i = 1; i < 1e4; i++) send({ type: 'tool.call', id: i, body: { callId: 'x' } }); }); ${LIVE}`,
    ],
  ])('that %s ends the sandbox with a protocol error', async (_, agent) => {
    const { host } = await openWith(agent);
    await using sandbox = await host.sandboxes.start(SPEC, soon());
    // Its cue, so that it misbehaves in a sandbox that has been started and not while one is.
    sandbox.agent.send({ type: 'stop', body: { reason: 'now' } });
    await sandbox.ended;
    const frames = async () => {
      for await (const frame of sandbox.agent.frames(soon())) expect(frame.type).toBe('tool.call');
    };
    await expect(frames()).rejects.toMatchObject({ code: 'protocol_error' });
  });

  it('that reads nothing cannot make the worker keep what it is sent', async () => {
    const { host } = await openWith(`${READY} setInterval(() => {}, 1000);`);
    await using sandbox = await host.sandboxes.start(SPEC, soon());
    const text = 'x'.repeat(900_000);
    const flood = () => {
      for (let id = 1; id < 100; id += 1) {
        sandbox.agent.send({ type: 'model.turn', id, body: { text, toolCalls: [], status: 'completed' } });
      }
    };
    expect(flood).toThrow('does not read');
  });

  it('that stops itself is waited for no longer than its reader waits, and goes with its sandbox', async () => {
    const { host } = await openWith(
      `${READY} process.stdin.once('data', () => process.kill(process.pid, 'SIGSTOP')); ${LIVE}`,
    );
    await using sandbox = await host.sandboxes.start(SPEC, soon());
    sandbox.agent.send({ type: 'stop', body: { reason: 'now' } });
    const frames = sandbox.agent.frames(AbortSignal.timeout(1_500))[Symbol.asyncIterator]();
    await expect(frames.next()).rejects.toHaveProperty('name', 'TimeoutError');
  });

  it('that ends at once fails the start, with its last words', async () => {
    const { host } = await openWith(`console.error('no such luck'); process.exit(3);`);
    await expect(host.sandboxes.start(SPEC, soon())).rejects.toMatchObject({
      code: 'sandbox_start_failed',
      message: expect.stringContaining('no such luck') as string,
    });
  });

  it('that never gets ready is waited for until the start is aborted', async () => {
    const { host } = await openWith('setInterval(() => {}, 1000);');
    await expect(host.sandboxes.start(SPEC, AbortSignal.timeout(1_500))).rejects.toHaveProperty(
      'name',
      'TimeoutError',
    );
  });

  it('that ends later is the end of its frames, without an error', async () => {
    const { host } = await openWith(`${READY} setTimeout(() => process.exit(), 800);`);
    await using sandbox = await host.sandboxes.start(SPEC, soon());
    for await (const frame of sandbox.agent.frames(soon())) expect(frame).toBeUndefined();
    await sandbox.ended;
  });
});
