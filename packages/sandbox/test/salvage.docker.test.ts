import { readFileSync } from 'node:fs';
import type { CapturedPatch, Sandbox } from '@drydock/core';
import { describeWith } from '@drydock/testing';
import { expect, it } from 'vitest';
import { docker, output, run, soon, type TestHost } from './test-host.ts';
import { useSandbox } from './use-test-host.ts';

describeWith('docker', 'what a container that died had not saved', () => {
  let host: TestHost;
  let sandbox: Sandbox;

  useSandbox((ownHost, ownSandbox) => {
    [host, sandbox] = [ownHost, ownSandbox];
  });

  interface Captured extends CapturedPatch {
    readonly checkpoint: Buffer;
  }

  async function capture(commands: 'pause' | 'kill', signal = soon()): Promise<Captured> {
    let chunks: Uint8Array[] = [];
    const keep = async (stream: AsyncIterable<Uint8Array>): Promise<void> => {
      chunks = [];
      for await (const chunk of stream) chunks.push(chunk);
    };
    const patch = await sandbox.captureState({ commands, keep }, signal);
    return { ...patch, checkpoint: Buffer.concat(chunks) };
  }

  const name = (): string => `drydock-${host.config.instanceId}-${sandbox.id}`;
  const edit = (): Promise<string> =>
    output(sandbox, 'echo more >> README.md; rm src/one.txt; mv bin tools; mkfifo pipe; chmod 000 crlf.txt');

  it('is the same as it would have been, killed from outside', async () => {
    await edit();
    const alive = await capture('pause');
    docker('kill', name());
    expect(await capture('kill')).toEqual(alive);
  });

  it('is there when the agent process crashed under a running command', async () => {
    await edit();
    const alive = await capture('pause');
    const running = run(sandbox, 'sleep 100');
    killAgent(name());
    await expect(running).rejects.toMatchObject({ code: 'sandbox_lost' });
    expect(await capture('kill')).toEqual(alive);
    expect(docker('ps', '-aq', '--filter', `name=${name()}`)).toEqual([]);
  });

  it('is waited for no longer than asked', async () => {
    docker('kill', name());
    await sandbox.ended;
    await expect(capture('kill', AbortSignal.timeout(1))).rejects.toHaveProperty('name', 'TimeoutError');
  });
});

/** Ends the agent process alone, as an out-of-memory kill would: the rest of the container is the engine's to end. */
function killAgent(container: string): void {
  const [init = ''] = docker('inspect', '-f', '{{.State.Pid}}', container);
  const [agent = ''] = readFileSync(`/proc/${init}/task/${init}/children`, 'utf8').split(' ');
  process.kill(Number(agent), 'SIGKILL');
}
