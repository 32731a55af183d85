import type { WebhookBody } from '@drydock/contracts';
import { JobId } from '@drydock/contracts';
import type { WaitingWebhook } from '@drydock/core';
import { settle } from '@drydock/testing';
import { expect, test } from 'vitest';
import { createDeps } from '../../test/fakes.ts';
import type { WebhookOutcome } from '../webhooks/webhook-outcomes.ts';
import { createDeliverWebhooks } from './deliver-webhooks.ts';

const signal = new AbortController().signal;
const jobId = JobId.parse('job_01ARZ3NDEKTSV4RRFFQ69G5FAV');
const BODY: WebhookBody = {
  type: 'job.finished',
  timestamp: '2026-01-01T00:00:00.000Z',
  data: { job_id: jobId, status: 'failed', verified: false, links: { self: '', events: '' } },
};
const webhook = (id: string, tries = 0, host = 'a.test'): WaitingWebhook => ({
  id,
  tries,
  message: { url: `https://${host}/`, body: BODY },
});

async function deliver(due: readonly WaitingWebhook[], outcome: WebhookOutcome) {
  const deps = { ...createDeps(), sendWebhook: async () => outcome };
  deps.webhooks.due = due;
  await createDeliverWebhooks(deps).run(signal);
  const { settled, postponed, deferred } = deps.webhooks;
  const lines = (await deps.metrics.render()).split('\n');
  const counted = lines.filter((line) => /^drydock_webhook.* [1-9]/.test(line));
  return { settled, postponed, deferred, counted };
}

const tried = (outcome: string) => `drydock_webhook_tries_total{outcome="${outcome}"} 1`;
const ended = (end: string) => `drydock_webhooks_ended_total{end="${end}"} 1`;

test.each<[WebhookOutcome, string]>([
  ['delivered', 'delivered'],
  ['gone', 'gone'],
])('%s is the end of it', async (outcome, end) => {
  expect(await deliver([webhook('w')], outcome)).toEqual({
    settled: ['w'],
    postponed: [],
    deferred: [],
    counted: [tried(outcome), ended(end)],
  });
});

test.each<WebhookOutcome>(['refused', 'redirected', 'timed_out', 'unreachable', 'not_allowed', 'unsigned'])(
  '%s is tried again, seven times in all',
  async (outcome) => {
    expect(await deliver([webhook('w', 5)], outcome)).toEqual({
      settled: [],
      postponed: [['w', 6, 21_600_000]],
      deferred: [],
      counted: [tried(outcome)],
    });
    expect(await deliver([webhook('w', 6)], outcome)).toMatchObject({
      settled: ['w'],
      postponed: [],
      counted: [tried(outcome), ended('given_up')],
    });
  },
);

test('what cannot be read is said and forgotten', async () => {
  expect(await deliver([{ id: 'w', tries: 0, message: null }], 'delivered')).toEqual({
    settled: ['w'],
    postponed: [],
    deferred: [],
    counted: [ended('unreadable')],
  });
});

test('a host that hangs holds up its own webhooks only, and those go behind the others', async () => {
  const deps = createDeps();
  const hung = Promise.withResolvers<WebhookOutcome>();
  const sendWebhook = async ({ url }: { url: string }): Promise<WebhookOutcome> =>
    url.includes('slow') ? hung.promise : 'delivered';
  const slow = ['s1', 's2', 's3', 's4', 's5', 's6'].map((id) => webhook(id, 0, 'slow.test'));
  deps.webhooks.due = [...slow, webhook('f1'), webhook('f2')];
  const pass = createDeliverWebhooks({ ...deps, sendWebhook }).run(signal);
  await settle();
  expect(deps.webhooks.settled).toEqual(['f1', 'f2']);
  await deps.clock.advance(15_000);
  hung.resolve('timed_out');
  await pass;
  expect(deps.webhooks.postponed.map(([id]) => id)).toEqual(['s1', 's2', 's3', 's4']);
  expect(deps.webhooks.deferred).toEqual(['s5', 's6']);
});

test('is the work of one monitor', async () => {
  const deps = createDeps();
  deps.courier.isOurs = false;
  deps.webhooks.due = [webhook('w')];
  await createDeliverWebhooks(deps).run(signal);
  expect(deps.webhooks.settled).toEqual([]);
});
