import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { JobId } from '@drydock/contracts';
import { openNetwork } from '@drydock/egress';
import { Secret } from '@drydock/service-kit';
import { ManualClock } from '@drydock/testing';
import { expect, it } from 'vitest';
import { createDeliverWebhooks } from '../src/sweeps/deliver-webhooks.ts';
import { createSender, type SenderOptions } from '../src/webhooks/send-webhook.ts';
import { WebhookSigner } from '../src/webhooks/webhook-signer.ts';
import { createDeps } from './fakes.ts';

const SIGNAL = AbortSignal.timeout(20_000);
const KEY = Buffer.alloc(32, 7);
const signer = new WebhookSigner(new Secret(`whsec_${KEY.toString('base64')}`));
const jobId = JobId.parse('job_01ARZ3NDEKTSV4RRFFQ69G5FAV');
const ID = `${jobId}-7`;
const BODY = {
  type: 'job.finished' as const,
  timestamp: '2026-01-01T00:00:00.000Z',
  data: {
    job_id: jobId,
    status: 'succeeded' as const,
    verified: true,
    links: { self: `/v1/jobs/${jobId}`, events: `/v1/jobs/${jobId}/events` },
  },
};

interface Received {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly id: unknown;
  readonly isSigned: boolean;
  readonly body: unknown;
}

/** A receiver on loopback that checks signatures as any would, without our code. */
async function startReceiver(answer: (response: ServerResponse, tries: number) => void) {
  const received: Received[] = [];
  const server = createServer((request, response) => void take(request, response));
  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const {
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': signature,
    } = request.headers;
    const expected = createHmac('sha256', KEY).update(`${String(id)}.${String(timestamp)}.${body}`);
    const isSigned = signature === `v1,${expected.digest('base64')}`;
    const { method, url } = request;
    received.push({ method, url, id, isSigned, body: JSON.parse(body) });
    answer(response, received.length);
  }
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    received,
    port,
    url: `http://127.0.0.1:${port}/hook?a=b`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const sender = (options: Partial<SenderOptions> = {}) =>
  createSender({
    signer,
    allowedHosts: new Set(['127.0.0.1']),
    network: () => openNetwork({ proxy: undefined, caFile: undefined }),
    clock: new ManualClock(),
    ...options,
  });

it('is tried again after two failures, signed, and under one id', async () => {
  await using receiver = await startReceiver((response, tries) =>
    response.writeHead(tries < 3 ? 500 : 200).end('ok'),
  );
  const deps = { ...createDeps(), sendWebhook: sender() };
  for (const tries of [0, 1, 2]) {
    deps.webhooks.due = [{ id: ID, tries, message: { url: receiver.url, body: BODY } }];
    await createDeliverWebhooks(deps).run(SIGNAL);
  }
  expect(deps.webhooks).toMatchObject({
    postponed: [
      [ID, 1, 5_000],
      [ID, 2, 30_000],
    ],
    settled: [ID],
  });
  const same = { method: 'POST', url: '/hook?a=b', id: ID, isSigned: true, body: BODY };
  expect(receiver.received).toEqual([same, same, same]);
});

it('dials no address that is not public through a proxy either, which would resolve nothing', async () => {
  let asked = 0;
  await using proxy = await startReceiver((response) => {
    asked += 1;
    response.end();
  });
  const network = () =>
    openNetwork({ proxy: new Secret(`http://127.0.0.1:${proxy.port}`), caFile: undefined });
  const send = sender({ allowedHosts: new Set(), network });
  const urls = [
    'http://10.0.0.8/x',
    'http://[::1]/x',
    'https://169.254.169.254/x',
    'http://[fd00::1]:8080/x',
  ];
  const outcomes = await Promise.all(urls.map((url) => send({ id: ID, url, body: BODY }, SIGNAL)));
  expect({ outcomes, asked }).toEqual({ outcomes: urls.map(() => 'not_allowed'), asked: 0 });
});

it.each([
  [200, 'delivered'],
  [204, 'delivered'],
  [302, 'redirected'],
  [404, 'refused'],
  [410, 'gone'],
  [503, 'refused'],
])('takes an answer of %i for %s, and follows it nowhere', async (status, outcome) => {
  await using elsewhere = await startReceiver((response) => response.end());
  await using receiver = await startReceiver((response) =>
    response.writeHead(status, { location: elsewhere.url }).end(),
  );
  expect(await sender()({ id: ID, url: receiver.url, body: BODY }, SIGNAL)).toBe(outcome);
  expect([receiver.received.length, elsewhere.received.length]).toEqual([1, 0]);
});

it.each<[string, (response: ServerResponse) => void]>([
  ['never answers', () => undefined],
  ['never ends its answer', (response) => void response.writeHead(200).write('x')],
])('gives a receiver up that %s', async (_what, answer) => {
  await using receiver = await startReceiver(answer);
  const send = sender({ timeoutMs: 300 });
  expect(await send({ id: ID, url: receiver.url, body: BODY }, SIGNAL)).toBe('timed_out');
});

it('takes little of an answer of 1 GB, whose status stands', async () => {
  const closed = Promise.withResolvers<number>();
  await using receiver = await startReceiver((response) => {
    response.writeHead(200, { 'content-length': 1 << 30 });
    const chunk = Buffer.alloc(64 << 10);
    let bytes = 0;
    const more = (): void => {
      while (bytes < 1 << 30) {
        bytes += chunk.length;
        if (!response.write(chunk)) return void response.once('drain', more);
      }
    };
    response.once('close', () => closed.resolve(bytes));
    more();
  });
  expect(await sender()({ id: ID, url: receiver.url, body: BODY }, SIGNAL)).toBe('delivered');
  // What the kernel holds of a connection is a few MiB.
  expect(await closed.promise).toBeLessThan(64 << 20);
});

it('does not dial an address that is not public, by literal or by name', async () => {
  await using receiver = await startReceiver((response) => response.end());
  const send = sender({ allowedHosts: new Set() });
  for (const host of ['127.0.0.1', 'localhost']) {
    const url = `http://${host}:${receiver.port}/`;
    expect(await send({ id: ID, url, body: BODY }, SIGNAL)).toBe('not_allowed');
  }
  expect(receiver.received).toEqual([]);
});

it('sends nothing without a key', async () => {
  await using receiver = await startReceiver((response) => response.end());
  expect(await sender({ signer: undefined })({ id: ID, url: receiver.url, body: BODY }, SIGNAL)).toBe(
    'unsigned',
  );
  expect(receiver.received).toEqual([]);
});

it('tells a port where nobody listens from one that is slow', async () => {
  const receiver = await startReceiver((response) => response.end());
  await receiver[Symbol.asyncDispose]();
  expect(await sender()({ id: ID, url: receiver.url, body: BODY }, SIGNAL)).toBe('unreachable');
});

it('counts no try that a shutdown cut short', async () => {
  await using receiver = await startReceiver(() => ending.abort());
  const ending = new AbortController();
  const sending = sender()({ id: ID, url: receiver.url, body: BODY }, ending.signal);
  await expect(sending).rejects.toMatchObject({ name: 'AbortError' });
});
