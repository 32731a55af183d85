import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Digest, WebhookBody, WorkerId } from '@drydock/contracts';
import { LIMITS, NO_USAGE, newJobId } from '@drydock/core';
import { openNetwork } from '@drydock/egress';
import { openQueue } from '@drydock/queue';
import { Secret, systemClock } from '@drydock/service-kit';
import { ThrowawayRedis, describeWith } from '@drydock/testing';
import { expect, it } from 'vitest';
import { createDeliverWebhooks } from '../src/sweeps/deliver-webhooks.ts';
import { createSender } from '../src/webhooks/send-webhook.ts';
import { WebhookSigner } from '../src/webhooks/webhook-signer.ts';
import { createDeps } from './fakes.ts';

const SIGNAL = AbortSignal.timeout(25_000);
const RESULT = {
  verified: true,
  summary: null,
  plan: null,
  checks: null,
  patch_bytes: 0,
  usage: NO_USAGE,
  warnings: [],
};
const limits = Object.fromEntries(
  Object.entries(LIMITS).map(([name, range]) => [name, range.default]),
) as Record<keyof typeof LIMITS, number>;

describeWith('redis', 'webhooks', () => {
  it('go from the end of a job to its receiver, once, by one of two monitors', async () => {
    await using redis = await ThrowawayRedis.start();
    const received: [unknown, WebhookBody][] = [];
    const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const body: unknown = JSON.parse(await text(request));
      received.push([request.headers['webhook-id'], WebhookBody.parse(body)]);
      response.end();
    };
    const server = createServer((request, response) => void take(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const queues = [openQueue({ url: redis.url }), openQueue({ url: redis.url })] as const;
    const { store } = queues[0];
    const jobId = newJobId();
    await store.accept(jobId, {
      kind: 'fix',
      instruction: 'Fix it.',
      source: { type: 'files', digest: Digest.parse('a'.repeat(64)), bytes: 5, files: 1 },
      checks: {},
      model: 'scripted/fix',
      max_tokens: 4_096,
      tools: [],
      tier: 'standard',
      tool_use_approval: false,
      labels: {},
      callback_url: url,
      limits,
    });
    const workerId = WorkerId.parse('wrk_0123456789abcdef');
    const claim = await store.claim({ jobId, fence: 0, workerId, leaseMs: 30_000 });
    if (claim.kind === 'refused') throw new Error(claim.reason);
    await store.commit(claim.lease, { to: 'failed', result: RESULT, error: null, artifacts: {} });
    const sendWebhook = createSender({
      signer: new WebhookSigner(new Secret(`whsec_${'A'.repeat(43)}=`)),
      allowedHosts: new Set(['127.0.0.1']),
      network: () => openNetwork({ proxy: undefined, caFile: undefined }),
      clock: systemClock,
    });
    const sweeps = queues.map((queue) =>
      createDeliverWebhooks({
        ...createDeps(),
        webhooks: queue.webhooks,
        courier: queue.office('webhooks'),
        sendWebhook,
      }),
    );
    for (const _ of [1, 2]) await Promise.all(sweeps.map((sweep) => sweep.run(SIGNAL)));
    server.close();
    await Promise.all(queues.map((queue) => queue.close()));
    expect(received).toMatchObject([
      [`${jobId}-4`, { type: 'job.finished', data: { job_id: jobId, status: 'failed', verified: true } }],
    ]);
  });
});
