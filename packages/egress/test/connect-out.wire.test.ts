import { once } from 'node:events';
import { request } from 'node:http';
import { expect, it } from 'vitest';
import { connectOut, type OutwardTarget } from '../src/connect-out.ts';
import type { Network } from '../src/network.ts';
import { serveHttp, serveTls } from './servers.ts';

const SIGNAL = AbortSignal.timeout(20_000);
const NAMES: Readonly<Record<string, readonly string[]>> = {
  'hooks.test': ['127.0.0.1'],
  'other.test': ['127.0.0.1'],
  'mixed.test': ['8.8.8.8', '127.0.0.1'],
};
const network = (extraCa?: string): Network => ({
  resolve: async (host) => NAMES[host] ?? [],
  ownAddresses: () => new Set(),
  ...(extraCa === undefined ? {} : { extraCa }),
});

async function ask(target: OutwardTarget, allowPrivate: boolean, ca?: string) {
  const found = await connectOut(target, { allowPrivate, network: network(ca) }, SIGNAL);
  if ('verdict' in found) return found.reason;
  const asking = request({ createConnection: () => found, headers: { host: target.host } });
  asking.end();
  const [answer] = (await once(asking, 'response', { signal: SIGNAL })) as [{ statusCode: number }];
  found.destroy();
  return answer.statusCode;
}

it('speaks TLS with a host whose certificate is good, and with no other', async () => {
  await using server = await serveTls('hooks.test', (_, response) => response.writeHead(204).end());
  const target = { host: 'hooks.test', port: server.port, isTls: true };
  expect(await ask(target, true, server.ca)).toBe(204);
  await expect(ask(target, true)).rejects.toThrow(/certificate/);
  await expect(ask({ ...target, host: 'other.test' }, true, server.ca)).rejects.toThrow(/altnames/);
});

it.each(['hooks.test', 'mixed.test', '127.0.0.1'])(
  'does not dial %s where nobody allows it',
  async (host) => {
    await using server = await serveHttp((_, response) => response.end());
    const target = { host, port: server.port, isTls: false };
    expect(await ask(target, false)).toBe('address_not_public');
    expect(server.dials()).toBe(0);
  },
);

it('dials a private address where the operator allows it', async () => {
  await using server = await serveHttp((_, response) => response.end());
  expect(await ask({ host: 'hooks.test', port: server.port, isTls: false }, true)).toBe(200);
});
