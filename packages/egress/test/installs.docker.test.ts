import { InstanceId, type EgressDecision, type EgressGrant, type FilesSource } from '@drydock/contracts';
import type { EgressRule, ExecResult, Sandbox } from '@drydock/core';
import { SandboxHost, type EgressLine } from '@drydock/sandbox';
import { systemClock } from '@drydock/service-kit';
import { describeWith, readSetupFacts } from '@drydock/testing';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { Gateway } from '../src/gateway.ts';
import { systemResolve } from '../src/network.ts';
import { packNpm, packWheel, serveFiles } from './packages-fixture.ts';
import { serveTls, type TestServer } from './servers.ts';
import { JOB, until } from './test-gateway.ts';
import { liveRegistry } from './config.ts';

const MIB = 1_024 * 1_024;
const LIVE_HOST = liveRegistry();
const LIVE: EgressRule[] = LIVE_HOST ? [{ name: 'live', verdict: 'allow', hosts: [LIVE_HOST] }] : [];
const TOKEN = 'Basic c2VjcmV0LXRva2Vu';
const soon = () => AbortSignal.timeout(50_000);
const file = (path: string, content: string): FilesSource['files'][number] => ({
  path,
  content,
  encoding: 'utf8',
  executable: false,
});

describeWith('docker', 'a sandbox with egress', () => {
  const instanceId = InstanceId.parse(randomBytes(4).toString('hex'));
  const stateDir = `/run/drydock/${instanceId}`;
  const layersDir = mkdtempSync(join(tmpdir(), 'drydock-layers-'));
  const names: Record<string, readonly string[]> = {
    'npm.test': ['127.0.0.1'],
    'pypi.test': ['127.0.0.1'],
    'other.test': ['127.0.0.1'],
  };
  const seen: string[] = [];
  const decisions: EgressDecision[] = [];
  const availability: string[] = [];
  let npm: TestServer & { readonly ca: string };
  let pypi: TestServer & { readonly ca: string };
  let host: SandboxHost;
  let gateway: Gateway;
  let startGateway: () => Promise<Gateway>;
  let sandbox: Sandbox;
  let line: EgressLine;
  let lock: object;

  beforeAll(async () => {
    const { tarball, integrity } = packNpm('tiny', 'module.exports = 42;\n');
    const wheel = packWheel('tinypy', 'ANSWER = 42\n');
    npm = await serveTls('npm.test', serveFiles({ '/tiny/-/tiny-1.0.0.tgz': tarball }, seen));
    pypi = await serveTls(
      'pypi.test',
      serveFiles(
        {
          '/simple/tinypy/':
            '<a href="/files/tinypy-1.0.0-py3-none-any.whl">tinypy-1.0.0-py3-none-any.whl</a>',
          '/files/tinypy-1.0.0-py3-none-any.whl': wheel,
        },
        seen,
      ),
    );
    const resolved = `https://npm.test:${npm.port}/tiny/-/tiny-1.0.0.tgz`;
    const dependencies = { tiny: '1.0.0' };
    lock = {
      name: 'app',
      lockfileVersion: 3,
      requires: true,
      packages: {
        '': { name: 'app', dependencies },
        'node_modules/tiny': { version: '1.0.0', resolved, integrity },
      },
    };
    const ports = [npm.port, pypi.port];
    startGateway = () =>
      Gateway.start({
        stateDir,
        controlSocket: join(stateDir, 'egress.sock'),
        rules: [
          { name: 'test', verdict: 'allow', hosts: ['npm.test', 'pypi.test'], ports, allowPrivate: true },
          ...LIVE,
        ],
        network: {
          resolve: async (name, signal) =>
            names[name] ?? (LIVE_HOST !== undefined ? systemResolve(name, signal) : []),
          ownAddresses: () => new Set(),
          extraCa: npm.ca + pypi.ca,
        },
        clock: systemClock,
        report: () => undefined,
      });
    gateway = await startGateway();
    const { imageId, runtimeDir, dockerSocket } = readSetupFacts();
    host = await SandboxHost.open({
      imageId,
      runtimeDir,
      dockerSocket,
      instanceId,
      layersDir,
      clock: systemClock,
    });
  });

  beforeEach(async () => {
    seen.length = 0;
    decisions.length = 0;
    availability.length = 0;
    const app = JSON.stringify({ name: 'app', dependencies: { tiny: '1.0.0' } });
    const files = [file('package.json', app), file('package-lock.json', JSON.stringify(lock))];
    using layer = await host.layers.ensure({ type: 'files', files }, soon());
    const spec = { memoryBytes: 512 * MIB, cpus: 1, diskBytes: 128 * MIB, expiresAt: Date.now() + 600_000 };
    sandbox = await host.sandboxes.start(spec, soon());
    await sandbox.mountWorkspace(layer, 'read_write', soon());
    const grants: EgressGrant[] = [
      { id: 'npm', host: 'npm.test', port: npm.port },
      { id: 'pypi', host: 'pypi.test', port: pypi.port, inject: { header: 'authorization', secret: TOKEN } },
    ];
    const onDecision = (decision: EgressDecision) => void decisions.push(decision);
    const onAvailability = (state: string) => void availability.push(state);
    line = await host.openEgress(
      { sandboxId: sandbox.id, jobId: JOB, grants, onDecision, onAvailability },
      soon(),
    );
  });

  afterEach(async () => {
    await line[Symbol.asyncDispose]();
    await sandbox[Symbol.asyncDispose]();
  });

  afterAll(async () => {
    await gateway[Symbol.asyncDispose]();
    await Promise.all([npm, pypi].map((server) => server[Symbol.asyncDispose]()));
    await host.release();
    rmSync(layersDir, { recursive: true, force: true });
    expect(existsSync(stateDir)).toBe(false);
  });

  const run = (cmd: string, env: Readonly<Record<string, string>> = line.environment): Promise<ExecResult> =>
    sandbox.exec({ cmd, env, workdir: '/job/work', timeoutMs: 45_000, maxOutputBytes: 65_536 }, soon());
  const text = ({ head, tail }: ExecResult) => head + tail;

  it('runs npm ci through the gateway', async () => {
    const result = await run('npm ci && node -p "require(\'tiny\')"');
    expect([result.exitCode, text(result).trim().split('\n').at(-1)]).toEqual([0, '42']);
    expect(seen).toEqual(['GET /tiny/-/tiny-1.0.0.tgz -']);
  });

  it('runs pip install from a private index whose token it never sees', async () => {
    const index = `https://pypi.test:${pypi.port}/simple/`;
    const result = await run(
      `python3 -m venv v && v/bin/pip install -q --index-url ${index} tinypy && v/bin/python -c 'import tinypy; print(tinypy.ANSWER)'`,
    );
    expect([result.exitCode, text(result)]).toEqual([0, '42\n']);
    expect(seen.map((request) => request.split(' ').at(-1))).not.toContain('-');
    expect(new Set(seen.map((request) => request.replace(/^\S+ \S+ /, '')))).toEqual(new Set([TOKEN]));
    const inside = await run('env; cat /job/egress/ca.pem /job/egress/bundle.pem; ls -la /job/egress');
    expect(text(inside)).not.toMatch(/c2VjcmV0LXRva2Vu|secret-token|PRIVATE KEY/);
    expect(JSON.stringify(decisions)).not.toContain('c2VjcmV0');
  });

  it('reaches nothing else: other hosts, other ports, addresses, or without the proxy', async () => {
    const other = npm.port;
    const tried = [
      `https://other.test:${other}/`,
      `https://npm.test:${pypi.port}/`,
      `https://127.0.0.1:${other}/`,
      `https://169.254.169.254/`,
    ];
    const fetchAll = `for (const url of ${JSON.stringify(tried)}) await fetch(url).then(() => console.log('reached', url), () => {});`;
    const { NO_PROXY: _, no_proxy: __, ...proxied } = line.environment;
    const result = await run(
      `node --input-type=module -e '${fetchAll.replaceAll("'", '"')}'; echo done`,
      proxied,
    );
    expect(text(result)).toBe('done\n');
    expect(decisions.map(({ verdict, reason }) => `${verdict} ${reason}`)).toEqual([
      'deny not_granted',
      'deny port_not_granted',
      'deny not_granted',
      'deny not_granted',
    ]);
    const direct = await run(
      `node -e 'fetch("https://npm.test:${other}/").then(() => console.log("reached"), (e) => console.log(e.cause.code))'`,
      {},
    );
    expect(text(direct)).toMatch(/^(?:EAI_AGAIN|ENOTFOUND)\n$/);
    const interfaces = await run('ls /sys/class/net', {});
    expect(text(interfaces)).toBe('lo\n');
  });

  it('has no way out while the gateway is gone, hears of it, and has one again when it is back', async () => {
    const ask =
      'node -e \'http.get({ port: 3128, headers: { host: "other.test" }, path: "http://other.test/" }, (r) => console.log(r.statusCode))\'';
    await gateway[Symbol.asyncDispose]();
    expect(text(await run(ask))).toContain('503\n');
    expect(availability).toEqual(['lost']);
    gateway = await startGateway();
    await until(() => availability.length === 2);
    expect(text(await run(ask))).toContain('403\n');
    expect(availability).toEqual(['lost', 'back']);
  });

  it('cannot touch the socket that it uses, and loses it with the line', async () => {
    const tampered = await run('rm -f /job/egress/proxy.sock; touch /job/egress/x; ls /job/egress', {});
    expect(text(tampered)).toContain('Read-only file system');
    await line[Symbol.asyncDispose]();
    const after = await run(
      "ls /job/egress; unset NODE_EXTRA_CA_CERTS; node -e 'http.get(process.env.HTTP_PROXY, (r) => console.log(r.statusCode))'",
    );
    expect(text(after)).toBe('503\n');
    expect(await line.ended).toEqual({ bytesUp: 0, bytesDown: 0 });
  });

  if (LIVE_HOST === undefined) {
    process.stderr.write('skipped: a real registry: DRYDOCK_TEST_LIVE_REGISTRY names no host\n');
  }
  it.runIf(LIVE_HOST !== undefined)('installs from a real registry', async () => {
    line.grant([{ id: 'live', host: LIVE_HOST ?? '' }]);
    expect((await run('npm install is-odd@3.0.1')).exitCode).toBe(0);
  });
});
