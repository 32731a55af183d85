import { newJobId } from '@drydock/core';
import { ThrowawayRedis, describeWith } from '@drydock/testing';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openQueue } from '../src/index.ts';
import { QueueFixture, buildCommit, buildSpec, newWorkerId } from './queue-fixture.ts';
import { ReplyDroppingProxy } from './reply-dropping-proxy.ts';

const MESSAGE = { type: 'message.added' as const, data: { role: 'assistant' as const, text: 'hello' } };

describeWith('redis', 'durability', () => {
  let redis: ThrowawayRedis;
  let fixture: QueueFixture;
  beforeEach(async () => {
    redis = await ThrowawayRedis.start();
    fixture = new QueueFixture(redis.url);
  });
  afterEach(async () => {
    await fixture[Symbol.asyncDispose]();
    await redis[Symbol.asyncDispose]();
  });

  it('finds a Redis with the flags of the product durable', async () => {
    await expect(fixture.queue.assertDurable()).resolves.toBeUndefined();
  });

  it.each([
    ['appendonly', 'no', 'yes'],
    ['appendfsync', 'everysec', 'always'],
    ['no-appendfsync-on-rewrite', 'yes', 'no'],
    ['maxmemory-policy', 'allkeys-lru', 'noeviction'],
  ])('refuses a Redis with %s %s and names the setting', async (setting, value, required) => {
    await fixture.raw.config('SET', setting, value);
    await expect(fixture.queue.assertDurable()).rejects.toMatchObject({
      code: 'store_misconfigured',
      message: `Redis could lose accepted jobs: ${setting} must be ${required}.`,
    });
  });

  it('refuses a Redis that does not let it look', async () => {
    await fixture.raw.call('ACL', 'SETUSER', 'default', '-config');
    await expect(fixture.queue.assertDurable()).rejects.toMatchObject({ code: 'store_misconfigured' });
  });

  it('still has every job whose accept resolved when Redis is killed at once', async () => {
    for (let round = 0; round < 3; round += 1) {
      const jobIds = await Promise.all(Array.from({ length: 20 }, () => fixture.accept()));
      const last = await fixture.accept();
      await redis.kill();
      await redis.restart();
      for (const jobId of [...jobIds, last]) {
        expect(await fixture.store.find(jobId)).toMatchObject({ id: jobId, state: 'queued' });
        expect(await fixture.events(jobId)).toHaveLength(1);
      }
      expect(await fixture.raw.zcard(fixture.keys.outbox)).toBe(21 * (round + 1));
    }
  });

  it('rejects within its deadline while Redis is away, and works again by itself', async () => {
    await fixture.queue.ping();
    await redis.kill();
    const before = Date.now();
    const calls = await Promise.allSettled([
      fixture.store.accept(newJobId(), buildSpec()),
      fixture.store.find(newJobId()),
      fixture.queue.sweeper.dispatchOutbox(),
      fixture.queue.registry.list(),
      fixture.queue.ping(),
      fixture.queue.assertDurable(),
    ]);
    expect(Date.now() - before).toBeLessThan(3_500);
    for (const call of calls) {
      expect(call).toMatchObject({ status: 'rejected', reason: { code: 'store_unavailable' } });
    }
    expect(fixture.errors.length, 'one report per outage').toBeLessThanOrEqual(2);
    await redis.restart();
    await vi.waitFor(() => fixture.queue.ping(), 20_000);
    await expect(fixture.accept()).resolves.toBeDefined();
  });

  it('does not apply later what it refused while Redis was away', async () => {
    await fixture.queue.ping();
    await redis.kill();
    const jobId = newJobId();
    await expect(fixture.store.find(jobId)).rejects.toMatchObject({ code: 'store_unavailable' });
    await expect(fixture.store.accept(jobId, buildSpec())).rejects.toMatchObject({
      code: 'store_unavailable',
    });
    await redis.restart();
    await vi.waitFor(() => fixture.queue.ping(), 20_000);
    expect(await fixture.store.find(jobId)).toBeUndefined();
  });

  it('rejects within its deadline when Redis takes connections and does not answer', async () => {
    await fixture.queue.ping();
    redis.freeze();
    const before = Date.now();
    await expect(fixture.store.find(newJobId())).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(Date.now() - before).toBeLessThan(3_000);
    redis.thaw();
    await expect(fixture.accept()).resolves.toBeDefined();
  });

  it('starts without Redis and serves when it comes', async () => {
    await redis.kill();
    const queue = openQueue({ url: `unix://${redis.url}` });
    await expect(queue.ping()).rejects.toMatchObject({ code: 'store_unavailable' });
    await redis.restart();
    await vi.waitFor(() => queue.ping(), 20_000);
    await queue.close();
  });

  it('consumes again by itself after Redis was away, and reports the outage a few times and not a thousand', async () => {
    const seen: string[] = [];
    const errors: unknown[] = [];
    const consumer = fixture.queue.startConsumer({
      concurrency: 2,
      handler: ({ jobId }) => Promise.resolve(void seen.push(jobId)),
      onError: (error) => errors.push(error),
    });
    await fixture.accept();
    await fixture.queue.sweeper.dispatchOutbox();
    await vi.waitFor(() => expect(seen).toHaveLength(1), 20_000);
    await redis.kill();
    await expect(fixture.queue.ping()).rejects.toMatchObject({ code: 'store_unavailable' });
    await redis.restart();
    const jobId = await vi.waitFor(() => fixture.accept(), 20_000);
    await fixture.queue.sweeper.dispatchOutbox();
    await vi.waitFor(() => expect(seen).toContain(jobId), 10_000);
    expect(errors.length).toBeLessThan(5);
    await consumer.close(1_000);
  });

  it('closes a consumer within its deadlines while Redis is away', async () => {
    const consumer = fixture.queue.startConsumer({
      concurrency: 1,
      handler: () => Promise.resolve(),
      onError: () => undefined,
    });
    await fixture.queue.ping();
    await redis.kill();
    await expect(fixture.queue.ping()).rejects.toMatchObject({ code: 'store_unavailable' });
    const before = Date.now();
    await consumer.close(100);
    expect(Date.now() - before).toBeLessThan(4_000);
  });

  it('applies a call once whose reply was lost with the connection', async () => {
    await using proxy = await ReplyDroppingProxy.start(redis.url);
    const queue = openQueue({ url: proxy.path, prefix: fixture.prefix });
    const { store } = queue;
    // Loads the scripts: what is dropped below is the reply of an applied call, not of an unknown script.
    const warm = await fixture.claimed(['planning', 'running', 'verifying']);
    await fixture.store.appendEvents(warm, [MESSAGE]);
    await fixture.store.commit(warm, buildCommit());

    const jobId = newJobId();
    const dropping = async <T>(call: () => Promise<T>): Promise<T> => {
      await queue.ping();
      proxy.dropNextReply();
      return call();
    };
    await dropping(() => store.accept(jobId, buildSpec()));
    const claim = await dropping(() =>
      store.claim({ jobId, fence: 0, workerId: newWorkerId(), leaseMs: 30_000 }),
    );
    if (claim.kind === 'refused') throw new Error(claim.reason);
    const { lease } = claim;
    await dropping(() => store.transition(lease, { from: 'starting', to: 'planning' }));
    await dropping(() => store.appendEvents(lease, [MESSAGE]));
    await dropping(() => store.commit(lease, buildCommit('failed')));

    expect(proxy.dropped).toBe(5);
    expect((await fixture.events(jobId)).map(({ type }) => type)).toEqual([
      'job.state_changed',
      'job.state_changed',
      'job.state_changed',
      'message.added',
      'job.state_changed',
      'job.finished',
    ]);
    expect(await fixture.store.find(jobId)).toMatchObject({ fence: 1, attempt: 1, state: 'failed' });
    await queue.close();
  });
});
