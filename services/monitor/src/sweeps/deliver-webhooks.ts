import type { WaitingWebhook } from '@drydock/core';
import { decideNextTry } from '@drydock/core';
import type { MonitorDeps } from '../deps.ts';
import type { Sweep } from '../sweep.ts';
import { FairQueue } from '../webhooks/fair-queue.ts';

/** Longer than a pass: the office does not change hands while something is in flight. */
const OFFICE_MS = 60_000;
/** Webhooks that one pass looks at; what it does not come to goes behind the others. */
const LOOK_AT = 200;
const MAX_IN_FLIGHT = 16;
const MAX_PER_HOST = 4;
/** A pass begins nothing after this time, so that a slow host holds up new ones by one try at most. */
const BEGIN_MS = 2_000;

type DeliverDeps = Pick<
  MonitorDeps,
  'webhooks' | 'courier' | 'sendWebhook' | 'random' | 'clock' | 'log' | 'metrics'
>;

/** Sends what callbacks are to be told, at least once, under the same id on every try. One monitor of many does it. */
export function createDeliverWebhooks(deps: DeliverDeps): Sweep {
  const { webhooks, courier, clock } = deps;
  return {
    name: 'deliver_webhooks',
    intervalMs: 1_000,
    timeoutMs: 30_000,
    run: async (signal) => {
      if (!(await courier.hold(OFFICE_MS))) return;
      const beganAt = clock.now();
      const queue = new FairQueue<WaitingWebhook>(MAX_PER_HOST);
      for (const webhook of await webhooks.findDue(LOOK_AT)) queue.add(hostOf(webhook), webhook);
      const work = async (): Promise<void> => {
        while (!signal.aborted && clock.now() - beganAt < BEGIN_MS) {
          const next = queue.take();
          if (next === undefined) return;
          await deliver(deps, next.item, signal).finally(next.done);
        }
      };
      await Promise.all(Array.from({ length: MAX_IN_FLIGHT }, work));
      await webhooks.defer(queue.left().map(({ id }) => id));
    },
  };
}

function hostOf({ message }: WaitingWebhook): string {
  return URL.parse(message?.url ?? '')?.host ?? '';
}

async function deliver(deps: DeliverDeps, webhook: WaitingWebhook, signal: AbortSignal): Promise<void> {
  const { webhooks, sendWebhook, random, log, metrics } = deps;
  const { id, message } = webhook;
  if (message === null) {
    log.error('webhook.unreadable', { webhookId: id });
    metrics.webhookEnded('unreadable');
    return webhooks.settle(id);
  }
  const outcome = await sendWebhook({ id, ...message }, signal);
  const tries = webhook.tries + 1;
  metrics.webhookTried(outcome);
  log.info('webhook.tried', { webhookId: id, type: message.body.type, outcome, tries });
  const isOver = outcome === 'delivered' || outcome === 'gone';
  const delayMs = isOver ? undefined : decideNextTry(tries, random());
  if (delayMs !== undefined) return webhooks.postpone(id, { tries, delayMs });
  metrics.webhookEnded(isOver ? outcome : 'given_up');
  if (!isOver) log.warn('webhook.given_up', { webhookId: id, outcome, tries });
  await webhooks.settle(id);
}
