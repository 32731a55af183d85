import { EGRESS_PROXY_PORT, InstanceId, type EgressDecision } from '@drydock/contracts';
import type { Sandbox } from '@drydock/core';
import { SandboxHost } from '@drydock/sandbox';
import { systemClock } from '@drydock/service-kit';
import { describeWith, readSetupFacts } from '@drydock/testing';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Gateway } from '../src/gateway.ts';
import { JOB } from './test-gateway.ts';

const MIB = 1_024 * 1_024;
const soon = () => AbortSignal.timeout(50_000);

describeWith('gvisor', 'the way out of a sandbox on gVisor', () => {
  const instanceId = InstanceId.parse(randomBytes(4).toString('hex'));
  const stateDir = `/run/drydock/${instanceId}`;
  const layersDir = mkdtempSync(join(tmpdir(), 'drydock-layers-'));
  const page = createServer((_, response) => response.end('hello'));
  const runtime = readSetupFacts().gvisorRuntime ?? '';
  let host: SandboxHost;
  let gateway: Gateway;
  let sandbox: Sandbox;
  let port: number;

  beforeAll(async () => {
    page.listen(0, '127.0.0.1');
    await once(page, 'listening');
    ({ port } = page.address() as AddressInfo);
    gateway = await Gateway.start({
      stateDir,
      controlSocket: join(stateDir, 'egress.sock'),
      rules: [{ name: 'page', verdict: 'allow', hosts: ['page.test'], ports: [port], allowPrivate: true }],
      network: { resolve: async () => ['127.0.0.1'], ownAddresses: () => new Set() },
      clock: systemClock,
      report: () => undefined,
    });
    host = await SandboxHost.open({ ...readSetupFacts(), instanceId, layersDir, clock: systemClock });
    const files = [{ path: 'a', content: 'a', encoding: 'utf8' as const, executable: false }];
    using layer = await host.layers.ensure({ type: 'files', files }, soon());
    const limits = { memoryBytes: 512 * MIB, cpus: 1, diskBytes: 64 * MIB };
    sandbox = await host.sandboxes.start({ ...limits, runtime, expiresAt: Date.now() + 600_000 }, soon());
    await sandbox.mountWorkspace(layer, 'read_write', soon());
  });

  afterAll(async () => {
    await sandbox?.[Symbol.asyncDispose]();
    await gateway?.[Symbol.asyncDispose]();
    await host?.release();
    page.close();
    await once(page, 'close');
    rmSync(layersDir, { recursive: true, force: true });
    expect(existsSync(stateDir)).toBe(false);
  });

  /** What a program inside is answered; `hop` is what it connects to. */
  async function ask(
    url: string,
    hop: { readonly port: number } = { port: EGRESS_PROXY_PORT },
  ): Promise<string> {
    const { host: name } = new URL(url);
    const request = JSON.stringify({ host: '127.0.0.1', ...hop, path: url, headers: { host: name } });
    const script = `http.get(${request}, async (r) => console.log(r.statusCode, Buffer.concat(await r.toArray()).toString())).on("error", () => console.log("no way"))`;
    const run = {
      cmd: `node -e '${script}'`,
      workdir: '/job/work',
      timeoutMs: 45_000,
      maxOutputBytes: 4_096,
    };
    const { head, tail } = await sandbox.exec(run, soon());
    return head + tail;
  }

  it('leads to what is granted and to nothing else, and ends with the line', async () => {
    const decisions: EgressDecision[] = [];
    await using line = await host.openEgress(
      {
        sandboxId: sandbox.id,
        jobId: JOB,
        runtime,
        grants: [{ id: 'page', host: 'page.test', port }],
        onDecision: (decision) => void decisions.push(decision),
      },
      soon(),
    );
    expect(await ask(`http://page.test:${port}/`)).toBe('200 hello\n');
    expect(await ask(`http://other.test:${port}/`)).toMatch(/^403 /);
    expect(await ask(`http://page.test:${port}/`, { port })).toBe('no way\n');
    expect(decisions.map(({ verdict }) => verdict)).toEqual(['allow', 'deny']);
    await line[Symbol.asyncDispose]();
    expect(await ask(`http://page.test:${port}/`)).toMatch(/^503 /);
  });
});
