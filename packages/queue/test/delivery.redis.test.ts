import { setTimeout as sleep } from 'node:timers/promises';
import type { JobId, JobRunMessage } from '@drydock/contracts';
import { describeWith } from '@drydock/testing';
import { Queue, Worker } from 'bullmq';
import { afterEach, expect, it, vi } from 'vitest';
import type { ConsumerOptions, JobConsumer } from '../src/index.ts';
import type { QueueFixture } from './queue-fixture.ts';
import { newWorkerId } from './queue-fixture.ts';
import { useQueue } from './use-queue.ts';

const LONG_AGO = 1;

describeWith('redis', 'delivery', () => {
  let fixture: QueueFixture;
  let consumers: JobConsumer[];
  useQueue((own) => {
    fixture = own;
    consumers = [];
  });
  afterEach(async () => {
    await Promise.all(consumers.map((consumer) => consumer.close(0)));
  });

  function consume(handler: ConsumerOptions['handler'], concurrency = 4): JobConsumer {
    const onError = (error: unknown) => fixture.errors.push(error);
    const consumer = fixture.queue.startConsumer({ concurrency, handler, onError });
    consumers.push(consumer);
    return consumer;
  }

  /** A worker as it is: claims first, and works only on what it got. */
  function claimInto(claimed: JobId[], answers: string[]): ConsumerOptions['handler'] {
    return async ({ jobId, fence }: JobRunMessage) => {
      const claim = await fixture.store.claim({ jobId, fence, workerId: newWorkerId(), leaseMs: 30_000 });
      answers.push(claim.kind === 'claimed' ? 'claimed' : claim.reason);
      if (claim.kind === 'claimed') claimed.push(jobId);
    };
  }

  const makeDue = async (message: string) => {
    await fixture.raw.zadd(fixture.keys.outbox, LONG_AGO, message);
  };

  it('brings every accepted job to a worker once', async () => {
    const claimed: JobId[] = [];
    consume(claimInto(claimed, []));
    const accepted = await Promise.all(Array.from({ length: 30 }, () => fixture.accept()));
    expect(await fixture.queue.sweeper.dispatchOutbox()).toBe(30);
    await vi.waitFor(() => expect(claimed.toSorted()).toEqual(accepted.toSorted()), 20_000);
    expect(await fixture.queue.sweeper.dispatchOutbox()).toBe(0);
    expect(await fixture.raw.zcard(fixture.keys.outbox)).toBe(0);
  });

  it('runs nothing twice when a crash came between handing over and noting it', async () => {
    const jobId = await fixture.accept();
    await fixture.queue.sweeper.dispatchOutbox();
    await makeDue(`${jobId}-0`);
    expect(await fixture.queue.sweeper.dispatchOutbox()).toBe(1);
    const answers: string[] = [];
    const claimed: JobId[] = [];
    consume(claimInto(claimed, answers));
    await vi.waitFor(() => expect(claimed).toEqual([jobId]), 20_000);
    // The same message once more, after it was used up.
    await makeDue(`${jobId}-0`);
    await fixture.queue.sweeper.dispatchOutbox();
    await vi.waitFor(() => expect(answers).toEqual(['claimed', 'not_queued']), 20_000);
  });

  it('answers the message of a lost attempt with stale_message', async () => {
    const jobId = await fixture.accept();
    await fixture.outliveLease(await fixture.claim(jobId));
    await fixture.queue.sweeper.expireLeases();
    await makeDue(`${jobId}-0`);
    const answers: string[] = [];
    consume(claimInto([], answers));
    expect(await fixture.queue.sweeper.dispatchOutbox()).toBe(2);
    await vi.waitFor(() => expect(answers.toSorted()).toEqual(['claimed', 'stale_message']), 20_000);
  });

  it('hands a message over again when the worker that took it did not claim', async () => {
    const jobId = await fixture.accept();
    let seen = 0;
    consume(() => {
      seen += 1;
      return Promise.reject(new Error('out of memory'));
    });
    await fixture.queue.sweeper.dispatchOutbox();
    await vi.waitFor(() => expect(fixture.errors).toHaveLength(1), 20_000);
    expect(fixture.errors).toMatchObject([{ code: 'internal_error', cause: { message: 'out of memory' } }]);
    // Not at once: the message is looked at again after a while.
    expect(await fixture.queue.sweeper.dispatchOutbox()).toBe(0);
    await makeDue(`${jobId}-0`);
    await fixture.queue.sweeper.dispatchOutbox();
    await vi.waitFor(() => expect(seen).toBe(2), 20_000);
  });

  it('hands a message over again when the worker that took it died before it claimed', async () => {
    const jobId = await fixture.accept();
    await fixture.queue.sweeper.dispatchOutbox();
    const taken = Promise.withResolvers<void>();
    const connection = fixture.raw.duplicate({ maxRetriesPerRequest: null });
    const options = {
      connection,
      prefix: fixture.keys.bullmq,
      skipLockRenewal: true,
      skipStalledCheck: true,
      lockDuration: 10,
    };
    const dying = new Worker('jobs', () => new Promise(() => taken.resolve()), options);
    await taken.promise;
    await dying.close(true);
    connection.disconnect();

    const claimed: JobId[] = [];
    consume(claimInto(claimed, []));
    await vi.waitFor(
      async () => {
        await makeDue(`${jobId}-0`);
        await fixture.queue.sweeper.dispatchOutbox();
        expect(claimed).toEqual([jobId]);
      },
      { timeout: 15_000, interval: 500 },
    );
  });

  it('reports a message that is none, and goes on', async () => {
    const foreign = new Queue('jobs', { connection: fixture.raw, prefix: fixture.keys.bullmq });
    const claimed: JobId[] = [];
    consume(claimInto(claimed, []));
    await foreign.add('job.run', { jobId: 'job_1', fence: 'x' });
    await vi.waitFor(() => expect(fixture.errors).toMatchObject([{ code: 'internal_error' }]), 20_000);
    const jobId = await fixture.accept();
    await fixture.queue.sweeper.dispatchOutbox();
    await vi.waitFor(() => expect(claimed).toEqual([jobId]), 20_000);
    await foreign.close();
  });

  it('keeps nothing of a handled message in BullMQ', async () => {
    const claimed: JobId[] = [];
    consume(claimInto(claimed, []));
    const jobId = await fixture.accept();
    await fixture.queue.sweeper.dispatchOutbox();
    const ofMessage = () => fixture.raw.keys(`${fixture.keys.bullmq}:jobs:${jobId}*`);
    await vi.waitFor(async () => expect([claimed, await ofMessage()]).toEqual([[jobId], []]), 20_000);
  });

  it('takes no more than its concurrency at once', async () => {
    let running = 0;
    let most = 0;
    let done = 0;
    consume(async () => {
      running += 1;
      most = Math.max(most, running);
      await sleep(20);
      running -= 1;
      done += 1;
    }, 2);
    await Promise.all(Array.from({ length: 8 }, () => fixture.accept()));
    await fixture.queue.sweeper.dispatchOutbox();
    await vi.waitFor(() => expect(done).toBe(8), 20_000);
    expect(most).toBe(2);
  });

  it('drains on close: what runs ends, what waits stays queued', async () => {
    const finished: JobId[] = [];
    const started: JobId[] = [];
    const consumer = consume(async ({ jobId }) => {
      started.push(jobId);
      await sleep(200);
      finished.push(jobId);
    }, 1);
    await Promise.all(Array.from({ length: 3 }, () => fixture.accept()));
    await fixture.queue.sweeper.dispatchOutbox();
    await vi.waitFor(() => expect(started).toHaveLength(1), 20_000);
    await consumer.close(5_000);
    consumers = [];
    expect(finished).toEqual(started);
    expect(await fixture.queue.sweeper.countStates()).toMatchObject({ queued: 3 });
  });

  it('aborts what does not end within the drain time', async () => {
    let reason: unknown;
    const started = Promise.withResolvers<void>();
    const consumer = consume(async (_message, signal) => {
      started.resolve();
      await sleep(60_000, undefined, { signal }).catch(() => {
        reason = signal.reason;
      });
    });
    await fixture.accept();
    await fixture.queue.sweeper.dispatchOutbox();
    await started.promise;
    const before = Date.now();
    await consumer.close(100);
    consumers = [];
    expect(reason).toBeInstanceOf(Error);
    expect(Date.now() - before).toBeLessThan(10_000);
  });
});
