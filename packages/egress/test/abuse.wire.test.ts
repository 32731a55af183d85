import type { EgressGrant } from '@drydock/contracts';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { GatewayProcess } from './gateway-process.ts';
import { serveHttp, serveTcp } from './servers.ts';
import { readAll, TestLine, until } from './test-gateway.ts';

const MIB = 1_024 * 1_024;
const rulesFor = (port: number) => `rules:
  - name: test
    verdict: allow
    hosts: [127.0.0.1]
    ports: [${port}]
    methods: [GET, POST]
    allow_private: true
    raw: true
    allows: ['CONNECT 127.0.0.1:${port}']
    denies: ['CONNECT 127.0.0.1:${port === 1 ? 2 : 1}']
`;
const grantFor = (port: number): EgressGrant => ({
  id: 'g1',
  host: '127.0.0.1',
  port,
  methods: ['GET', 'POST'],
  raw: true,
});
const tunnel = (port: number) => `CONNECT 127.0.0.1:${port} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`;
const rssOf = (pid: number) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1_024;

it('cuts a download and an upload at their quotas, and refuses what comes after', async () => {
  let received = 0;
  await using source = await serveTcp((socket) => {
    socket.on('data', (chunk: Buffer) => (received += chunk.length));
    const chunk = Buffer.alloc(65_536);
    const pump = () => {
      while (socket.writable && socket.write(chunk));
    };
    socket.on('drain', pump);
    pump();
  });
  await using gateway = new GatewayProcess(rulesFor(source.port));
  await gateway.start();
  const before = rssOf(gateway.pid);
  using line = await TestLine.open(gateway.stateDir, [grantFor(source.port)], { bytesDown: 200 * MIB });
  const socket = await line.connect();
  let down = 0;
  let peak = 0;
  socket.on('data', (chunk: Buffer) => {
    down += chunk.length;
    peak = Math.max(peak, down % (8 * MIB) < chunk.length ? rssOf(gateway.pid) : 0);
  });
  socket.write(tunnel(source.port));
  await readAll(socket);
  expect(down).toBeGreaterThan(199 * MIB);
  expect(down).toBeLessThanOrEqual(200 * MIB + 200);
  expect(peak - before).toBeLessThan(50 * MIB);
  expect(await line.raw(tunnel(source.port))).toContain('egress_quota');
  await until(() => line.decisions.length === 3);
  expect(line.reasons().map((told) => told.split(' ').slice(0, 2).join(' '))).toEqual([
    'allow granted',
    'deny egress_quota',
    'deny egress_quota',
  ]);

  using second = await TestLine.open(gateway.stateDir, [grantFor(source.port)], { bytesUp: MIB });
  const upload = await second.connect();
  upload.resume();
  upload.write(tunnel(source.port));
  upload.write(Buffer.alloc(8 * MIB));
  await readAll(upload);
  expect(received).toBeLessThanOrEqual(MIB);
});

it('holds 32 of 500 connections, counts the rest, and stays small', async () => {
  await using gateway = new GatewayProcess(rulesFor(9));
  await gateway.start();
  const before = rssOf(gateway.pid);
  using line = await TestLine.open(gateway.stateDir, []);
  const sockets = await Promise.all(Array.from({ length: 500 }, () => line.connect()));
  const refused = () =>
    line.decisions
      .filter(({ reason }) => reason === 'egress_quota')
      .reduce((sum, { count }) => sum + count, 0);
  await until(() => refused() === 500 - 32);
  expect(line.decisions.length).toBeLessThan(60);
  expect(rssOf(gateway.pid) - before).toBeLessThan(50 * MIB);
  for (const socket of sockets) socket.destroy();
});

it('hangs up on a head that comes byte by byte, and on a tunnel that says nothing', async () => {
  await using server = await serveTcp(() => undefined);
  await using gateway = new GatewayProcess(rulesFor(server.port));
  await gateway.start();
  using line = await TestLine.open(gateway.stateDir, [grantFor(server.port)], { idleMs: 3_000 });
  const slow = await line.connect();
  slow.write('GET http://a.test/ HTTP/1.1\r\n');
  const drip = setInterval(() => slow.write('X-A: 1\r\n'), 300);
  const idle = await line.connect();
  idle.write(tunnel(server.port));
  await readAll(idle);
  // 10 s for a head, looked at every second.
  expect(await readAll(slow)).toContain('x-drydock-egress: bad_request');
  clearInterval(drip);
}, 60_000);

it('refuses a head of more than 16 KiB', async () => {
  await using gateway = new GatewayProcess(rulesFor(9));
  await gateway.start();
  using line = await TestLine.open(gateway.stateDir, []);
  const head = `GET http://a.test/ HTTP/1.1\r\nHost: a.test\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`;
  expect(await line.raw(head)).toMatch(/^HTTP\/1\.1 400 /);
});

it('fails closed when it is killed in the middle of a transfer', async () => {
  await using server = await serveHttp((_, response) => void response.write('the first half'));
  await using gateway = new GatewayProcess(rulesFor(server.port));
  await gateway.start();
  using line = await TestLine.open(gateway.stateDir, [grantFor(server.port)]);
  const socket = await line.connect();
  socket.write(`GET http://127.0.0.1:${server.port}/ HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n\r\n`);
  await once(socket, 'data');
  const ended = readAll(socket);
  const lost = once(line.control, 'close');
  await gateway.kill();
  await Promise.all([ended, lost]);
  await expect(line.connect()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  // The next one does not remember what the last one allowed.
  await gateway.start();
  await expect(line.connect()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

it('does not start with a rule that is not what it says', async () => {
  const rules = rulesFor(443).replace("CONNECT 127.0.0.1:443'", "CONNECT 127.0.0.1:444'");
  await using gateway = new GatewayProcess(rules);
  expect(await gateway.startInVain()).toBe(78);
  expect(gateway.stderr).toContain(
    'rule "test" says allow for CONNECT 127.0.0.1:444, but it is decided deny (no_rule)',
  );
});
