import { Secret } from '@drydock/service-kit';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { parseUpstreamProxy } from '../src/upstream-proxy.ts';
import { serveHttp } from './servers.ts';
import { TestGateway } from './test-gateway.ts';

it('goes through the upstream proxy by name and with its password, and past it to a private host', async () => {
  await using server = await serveHttp((_, response) => response.end('reached'));
  const asked: string[] = [];
  const proxy = createServer();
  proxy.on('connect', (request, client) => {
    asked.push(`${request.url} ${request.headers['proxy-authorization']}`);
    if (request.url !== 'far.test:80') return void client.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    const upstream = connect(server.port, '127.0.0.1', () => client.write('HTTP/1.1 200 OK\r\n\r\n'));
    client.on('error', () => upstream.destroy());
    client.pipe(upstream).pipe(client);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const { port } = proxy.address() as AddressInfo;
  const upstream = parseUpstreamProxy(new Secret(`http://ada:p%40ss@127.0.0.1:${port}`));
  await using gateway = await TestGateway.start({
    rules: [
      { name: 'far', verdict: 'allow', hosts: ['*'] },
      { name: 'near', verdict: 'allow', hosts: ['near.test'], ports: [server.port], allowPrivate: true },
    ],
    names: { 'near.test': ['127.0.0.1'] },
    network: { proxy: upstream },
  });
  const near = `near.test:${server.port}`;
  using line = await gateway.open([
    { id: 'far', host: '*' },
    { id: 'literal', host: '127.0.0.1' },
    { id: 'near', host: 'near.test', port: server.port },
  ]);
  const get = (authority: string) =>
    line.raw(`GET http://${authority}/ HTTP/1.1\r\nHost: ${authority}\r\n\r\n`);
  expect(await get('far.test')).toContain('reached');
  expect(await get(near)).toContain('reached');
  expect(await get('refused.test')).toContain('x-drydock-egress: unreachable');
  expect(await get('127.0.0.1')).toMatch(/no_rule|not_granted|address_not_public/);
  const authorization = `Basic ${Buffer.from('ada:p@ss').toString('base64')}`;
  expect(asked).toEqual([`far.test:80 ${authorization}`, `refused.test:80 ${authorization}`]);
  expect(gateway.lookups).toEqual(['near.test']);
  proxy.closeAllConnections();
  proxy.close();
  await once(proxy, 'close');
}, 30_000);
