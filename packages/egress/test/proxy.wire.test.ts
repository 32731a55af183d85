import type { EgressGrant } from '@drydock/contracts';
import type { EgressRule } from '@drydock/core';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { connect as connectTls } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { serveHttp, serveTcp, serveTls, type TestServer } from './servers.ts';
import { readAll, TestGateway, until, type Names, type TestLine } from './test-gateway.ts';

const LOOPBACK: Names = {
  'registry.test': ['127.0.0.1'],
  'denied.test': ['127.0.0.1'],
};

/** One private host on one port, for the job and for the operator. */
function reach(
  { port }: Pick<TestServer, 'port'>,
  more: Partial<EgressGrant> = {},
): { rules: EgressRule[]; grants: EgressGrant[] } {
  const { host = 'registry.test', raw, methods } = more;
  return {
    rules: [
      {
        name: 'test',
        verdict: 'allow',
        hosts: [host],
        ports: [port],
        allowPrivate: true,
        ...(raw === undefined ? {} : { raw }),
        ...(methods === undefined ? {} : { methods }),
      },
    ],
    grants: [{ id: 'g1', host, port, ...more }],
  };
}

const get = (authority: string, path = '/', headers = '') =>
  `GET http://${authority}${path} HTTP/1.1\r\nHost: ${authority}\r\n${headers}\r\n`;
const tunnel = (authority: string) => `CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`;

/** A TLS request through a tunnel; the answer's text. */
async function getTls(
  line: TestLine,
  authority: string,
  options: { readonly servername?: string; readonly ca: string; readonly request?: string },
): Promise<string> {
  const socket = await line.connect();
  socket.write(tunnel(authority));
  const [head] = (await once(socket, 'data')) as [Buffer];
  if (!head.toString().startsWith('HTTP/1.1 200')) return head.toString();
  const [host = ''] = authority.split(':');
  const {
    servername = host,
    ca,
    request = `GET / HTTP/1.1\r\nHost: ${authority}\r\nConnection: close\r\n\r\n`,
  } = options;
  const secured = connectTls({ socket, servername, ca, checkServerIdentity: () => undefined });
  secured.on('error', () => undefined);
  secured.write(request);
  return readAll(secured);
}

describe('plain HTTP through the gateway', () => {
  it('reaches what is granted, without the headers of the connection', async () => {
    const seen: string[][] = [];
    await using server = await serveHttp((request, response) => {
      seen.push(request.rawHeaders, [request.url ?? '']);
      response.writeHead(200, { 'x-kept': 'yes', 'keep-alive': 'timeout=5' }).end('hello');
    });
    const { rules, grants } = reach(server);
    await using gateway = await TestGateway.start({ rules, names: LOOPBACK });
    using line = await gateway.open(grants);
    const authority = `registry.test:${server.port}`;
    const headers = 'Proxy-Connection: keep-alive\r\nConnection: x-private\r\nX-Private: 1\r\nX-Sent: 1\r\n';
    const answer = await line.raw(get(authority, '/a?b=c', headers));
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*x-kept: yes[\s\S]*hello/);
    expect(answer).not.toContain('keep-alive');
    expect(seen).toEqual([['Host', authority, 'X-Sent', '1', 'Connection', 'close'], ['/a?b=c']]);
    expect(line.decisions).toEqual([
      { verdict: 'allow', reason: 'granted', target: authority, method: 'GET', grantId: 'g1', count: 1 },
    ]);
  });

  it('is refused without a grant, without a rule and for another method, with no dial and no lookup', async () => {
    await using server = await serveHttp((_, response) => response.end());
    const { rules, grants } = reach(server);
    await using gateway = await TestGateway.start({ rules, names: LOOPBACK });
    using line = await gateway.open([...grants, { id: 'g2', host: 'denied.test', port: server.port }]);
    const own = `registry.test:${server.port}`;
    const answers = [
      await line.raw(get(`other.test:${server.port}`)),
      await line.raw(get(`denied.test:${server.port}`)),
      await line.raw(get('registry.test:81')),
      await line.raw(`POST http://${own}/ HTTP/1.1\r\nHost: ${own}\r\nContent-Length: 0\r\n\r\n`),
    ];
    expect(answers.map((answer) => answer.slice(0, 12))).toEqual(Array(4).fill('HTTP/1.1 403'));
    await until(() => line.decisions.length === 4);
    expect(line.reasons()).toEqual([
      `deny not_granted other.test:${server.port}`,
      `deny no_rule denied.test:${server.port}`,
      'deny port_not_granted registry.test:81',
      `deny method_not_granted ${own}`,
    ]);
    expect([server.dials(), gateway.lookups]).toEqual([0, []]);
  });

  it('hands a redirect to the client and does not follow it', async () => {
    await using server = await serveHttp((_, response) => {
      response.writeHead(302, { location: `http://denied.test:${server.port}/` }).end();
    });
    const { rules, grants } = reach(server);
    await using gateway = await TestGateway.start({ rules, names: LOOPBACK });
    using line = await gateway.open(grants);
    expect(await line.raw(get(`registry.test:${server.port}`))).toContain('HTTP/1.1 302');
    expect(await line.raw(get(`denied.test:${server.port}`))).toContain('x-drydock-egress: not_granted');
    expect(server.dials()).toBe(1);
  });

  it.each([
    [
      'a body with two lengths',
      (a: string) =>
        `POST http://${a}/ HTTP/1.1\r\nHost: ${a}\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    [
      'a folded header',
      (a: string) => `GET http://${a}/ HTTP/1.1\r\nHost: ${a}\r\nX-A: 1\r\n folded\r\n\r\n`,
    ],
    ['an upgrade', (a: string) => get(a, '/', 'Connection: upgrade\r\nUpgrade: websocket\r\n')],
    [
      'h2c',
      (a: string) =>
        get(a, '/', 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n'),
    ],
    ['HTTP/2 from the start', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['two requests at once', (a: string) => get(a) + get(a)],
    ['a tunnel behind a request', (a: string) => get(a) + tunnel(a)],
    ['two hosts', (a: string) => `GET http://${a}/ HTTP/1.1\r\nHost: ${a}\r\nHost: ${a}\r\n\r\n`],
    ['another host than the URL', (a: string) => `GET http://${a}/ HTTP/1.1\r\nHost: other.test\r\n\r\n`],
    ['no host', (a: string) => `GET http://${a}/ HTTP/1.1\r\n\r\n`],
    ['only a path', (a: string) => `GET / HTTP/1.1\r\nHost: ${a}\r\n\r\n`],
    ['HTTP/1.0', (a: string) => `GET http://${a}/ HTTP/1.0\r\nHost: ${a}\r\n\r\n`],
    ['https in the request line', (a: string) => `GET https://${a}/ HTTP/1.1\r\nHost: ${a}\r\n\r\n`],
    ['bytes of SOCKS', () => '\u0005\u0001\u0000'],
    ['a space in the host', (a: string) => `GET http:// ${a}/ HTTP/1.1\r\nHost: ${a}\r\n\r\n`],
    ['a bare LF', (a: string) => `GET http://${a}/ HTTP/1.1\nHost: ${a}\n\n`],
  ])('refuses %s with 400 and dials nobody', async (_, request) => {
    await using server = await serveHttp((_, response) => response.end('reached'));
    const { rules, grants } = reach(server, { methods: ['GET', 'POST'] });
    await using gateway = await TestGateway.start({ rules, names: LOOPBACK });
    using line = await gateway.open(grants);
    const answer = await line.raw(request(`registry.test:${server.port}`));
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).not.toContain('reached');
    await until(() => line.decisions.length > 0);
    expect(line.decisions.map(({ verdict }) => verdict)).toEqual(['deny']);
    expect(server.dials()).toBe(0);
  });
});

describe('an address', () => {
  it.each([
    ['private', ['10.1.2.3']],
    ['metadata', ['169.254.169.254']],
    ['one of many', ['93.184.215.14', '127.0.0.1']],
    ['mapped', ['::ffff:127.0.0.1']],
    ['nowhere', []],
  ])('that is %s is not dialled', async (_, addresses) => {
    await using server = await serveHttp((_, response) => response.end('reached'));
    const rules: EgressRule[] = [{ name: 'any', verdict: 'allow', hosts: ['*'], ports: [server.port] }];
    await using gateway = await TestGateway.start({ rules, names: { 'registry.test': addresses } });
    using line = await gateway.open([{ id: 'g1', host: 'registry.test', port: server.port }]);
    const answer = await line.raw(get(`registry.test:${server.port}`));
    const reason = addresses.length === 0 ? 'unresolved' : 'address_not_public';
    expect(answer).toContain(`x-drydock-egress: ${reason}`);
    expect([server.dials(), gateway.lookups]).toEqual([0, ['registry.test']]);
  });

  it('that belongs to this machine is not dialled, though it is public', async () => {
    const rules: EgressRule[] = [{ name: 'any', verdict: 'allow', hosts: ['*'] }];
    await using gateway = await TestGateway.start({
      rules,
      names: { 'self.test': ['93.184.215.14'] },
      network: { ownAddresses: () => new Set(['93.184.215.14']) },
    });
    using line = await gateway.open([{ id: 'g1', host: 'self.test' }]);
    expect(await line.raw(get('self.test'))).toContain('address_not_public: self.test:80 is own');
  });

  it('that changes between the look and the dial is looked up once, and the checked one is dialled', async () => {
    await using server = await serveHttp((_, response) => response.end('reached'));
    const answers = [['127.0.0.1'], ['10.0.0.1']];
    const { rules, grants } = reach(server);
    await using gateway = await TestGateway.start({
      rules,
      names: { 'registry.test': () => answers.shift() ?? [] },
    });
    using line = await gateway.open(grants);
    expect(await line.raw(get(`registry.test:${server.port}`))).toContain('reached');
    expect(gateway.lookups).toEqual(['registry.test']);
  });
});

describe('a tunnel', () => {
  it('carries TLS to the host that it names', async () => {
    await using server = await serveTls('registry.test', (_, response) => response.end('secret hello'));
    const { rules, grants } = reach(server);
    await using gateway = await TestGateway.start({ rules, names: LOOPBACK });
    using line = await gateway.open(grants);
    const authority = `registry.test:${server.port}`;
    expect(await getTls(line, authority, { ca: server.ca })).toContain('secret hello');
    expect(line.reasons()).toEqual([`allow granted ${authority}`]);
  });

  it('is cut where the hello names another host, or none, before the server gets a byte', async () => {
    const received: string[] = [];
    await using server = await serveTcp((socket) =>
      socket.on('data', (bytes) => received.push(String(bytes))),
    );
    const { rules, grants } = reach(server);
    await using gateway = await TestGateway.start({ rules, names: LOOPBACK });
    using line = await gateway.open(grants);
    const authority = `registry.test:${server.port}`;
    expect(await getTls(line, authority, { servername: 'denied.test', ca: '' })).toBe('');
    expect(await getTls(line, authority, { servername: '', ca: '' })).toBe('');
    expect(await line.raw(`${tunnel(authority)}GET / HTTP/1.1\r\nHost: x\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 200 [^\r]*\r\n\r\n$/,
    );
    await until(() => line.decisions.length === 3);
    expect(line.reasons()).toEqual(
      ['sni_mismatch', 'sni_missing', 'not_tls'].map((reason) => `deny ${reason} ${authority}`),
    );
    expect(received).toEqual([]);
  });

  it('carries anything only where grant and rule both say raw', async () => {
    await using server = await serveTcp((socket) => socket.pipe(socket));
    const { rules, grants } = reach(server, { raw: true });
    await using gateway = await TestGateway.start({ rules, names: LOOPBACK });
    using line = await gateway.open(grants);
    const authority = `registry.test:${server.port}`;
    expect(await line.raw(`${tunnel(authority)}not tls`, { end: true })).toMatch(/\r\n\r\nnot tls$/);
  });

  it.each([
    'registry.test:22',
    'registry.test:25',
    'registry.test:6379',
    'registry.test:0',
    'registry.test:0443',
    'registry.test:+443',
    'registry.test',
  ])('to %s is refused', async (authority) => {
    await using gateway = await TestGateway.start({
      rules: [{ name: 'any', verdict: 'allow', hosts: ['*'] }],
    });
    using line = await gateway.open([{ id: 'g1', host: '*' }]);
    expect(await line.raw(tunnel(authority))).toMatch(/^HTTP\/1\.1 40[03] /);
    expect(gateway.lookups).toEqual([]);
  });
});

describe('an injected header', () => {
  const inject = { header: 'authorization', secret: 'Bearer s3cr3t-token' };

  it("is added to plain HTTP in place of the sandbox's own", async () => {
    const seen: (string | undefined)[] = [];
    await using server = await serveHttp(({ headers }, response) => {
      seen.push(headers.authorization);
      response.end();
    });
    const { rules, grants } = reach(server, { inject });
    await using gateway = await TestGateway.start({ rules, names: LOOPBACK });
    using line = await gateway.open(grants);
    await line.raw(get(`registry.test:${server.port}`, '/', 'Authorization: mine\r\n'));
    expect(seen).toEqual([inject.secret]);
    expect(JSON.stringify([line.decisions, gateway.reports])).not.toContain('s3cr3t');
  });

  it("is added inside TLS under the job's own authority, and is nowhere else", async () => {
    const seen: (string | undefined)[] = [];
    await using server = await serveTls('registry.test', ({ headers }, response) => {
      seen.push(headers.authorization);
      response.end('private package');
    });
    const { rules, grants } = reach(server, { inject });
    await using gateway = await TestGateway.start({
      rules,
      names: LOOPBACK,
      network: { extraCa: server.ca },
    });
    using line = await gateway.open(grants);
    const ca = readFileSync(`${line.dir}/ca.pem`, 'utf8');
    const authority = `registry.test:${server.port}`;
    const [own = ''] = ca.split(/(?<=END CERTIFICATE-----\n)/);
    expect(await getTls(line, authority, { ca: own })).toContain('private package');
    const post = `POST / HTTP/1.1\r\nHost: ${authority}\r\nContent-Length: 0\r\n\r\n`;
    expect(await getTls(line, authority, { ca: own, request: post })).toContain('method_not_granted');
    const other = 'GET / HTTP/1.1\r\nHost: other.test\r\n\r\n';
    expect(await getTls(line, authority, { ca: own, request: other })).toContain('bad_host');
    expect(seen).toEqual([inject.secret]);
    const visible = ['ca.pem', 'bundle.pem'].map((name) => readFileSync(`${line.dir}/${name}`, 'utf8'));
    expect(JSON.stringify([line.decisions, gateway.reports, visible])).not.toMatch(/s3cr3t|PRIVATE KEY/);
  });
});

describe('a line', () => {
  it('ends with the worker: its socket and its connections are gone', async () => {
    await using server = await serveTcp((socket) => socket.pipe(socket));
    const { rules, grants } = reach(server, { raw: true });
    await using gateway = await TestGateway.start({ rules, names: LOOPBACK });
    using line = await gateway.open(grants);
    const socket = await line.connect();
    socket.write(tunnel(`registry.test:${server.port}`));
    await once(socket, 'data');
    line.control.destroy();
    await once(socket, 'end');
    await until(() => !existsSync(line.socketPath));
    await until(() => gateway.reports.some(({ type }) => type === 'closed'));
    await expect(line.connect()).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('has what is added to it, and loses what is revoked, with its connections', async () => {
    await using server = await serveTcp((socket) => socket.pipe(socket));
    const { rules, grants } = reach(server, { raw: true });
    await using gateway = await TestGateway.start({ rules, names: LOOPBACK });
    using line = await gateway.open([]);
    const authority = `registry.test:${server.port}`;
    expect(await line.raw(tunnel(authority))).toContain('x-drydock-egress: not_granted');
    line.say({ type: 'grant', grants });
    const socket = await line.connect();
    socket.write(tunnel(authority));
    expect(String((await once(socket, 'data'))[0])).toContain('200');
    line.say({ type: 'revoke', ids: ['g1'] });
    await once(socket, 'end');
    expect(await line.raw(tunnel(authority))).toContain('x-drydock-egress: not_granted');
    expect(await line.close()).toEqual({ type: 'closed', bytesUp: 0, bytesDown: 0 });
  });

  it('counts uses and time', async () => {
    await using server = await serveTcp((socket) => socket.pipe(socket));
    const { rules, grants } = reach(server, { raw: true, maxUses: 1, ttlSeconds: 1 });
    await using gateway = await TestGateway.start({ rules, names: LOOPBACK });
    using line = await gateway.open(grants);
    const authority = `registry.test:${server.port}`;
    const socket = await line.connect();
    socket.write(tunnel(authority));
    await once(socket, 'data');
    expect(await line.raw(tunnel(authority))).toContain('grant_used_up');
    await once(socket, 'end');
    expect(await line.raw(tunnel(authority))).toContain('grant_expired');
  });
});
