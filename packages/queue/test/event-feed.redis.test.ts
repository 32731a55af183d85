import { type ThrowawayRedis, describeWith } from '@drydock/testing';
import { expect, it, vi } from 'vitest';
import type { QueueFixture } from './queue-fixture.ts';
import { useQueue } from './use-queue.ts';

const MESSAGE = { type: 'message.added' as const, data: { role: 'assistant' as const, text: 'hello' } };

describeWith('redis', 'event feed', () => {
  let redis: ThrowawayRedis;
  let fixture: QueueFixture;
  useQueue((own, server) => ([fixture, redis] = [own, server]));

  /** A watcher whose subscription is known to stand: the first wake tells. */
  async function watch(jobId: Parameters<typeof fixture.queue.feed.watch>[0]) {
    const onWake = vi.fn<() => void>();
    const stop = fixture.queue.feed.watch(jobId, onWake);
    await vi.waitFor(() => expect(onWake).toHaveBeenCalled(), 2_000);
    onWake.mockClear();
    return { onWake, stop };
  }

  it('wakes the watchers of a job after an append, and nobody else', async () => {
    const one = await fixture.claimed();
    const other = await fixture.claimed();
    const watching = await watch(one.jobId);
    const idle = vi.fn<() => void>();
    fixture.queue.feed.watch(other.jobId, idle);
    await fixture.store.appendEvents(one, [MESSAGE]);
    await vi.waitFor(() => expect(watching.onWake).toHaveBeenCalledOnce(), 1_000);
    expect(idle).not.toHaveBeenCalled();
  });

  it('wakes nobody who stopped', async () => {
    const lease = await fixture.claimed();
    const stopped = await watch(lease.jobId);
    const watching = vi.fn<() => void>();
    fixture.queue.feed.watch(lease.jobId, watching);
    stopped.stop();
    stopped.stop();
    await fixture.store.appendEvents(lease, [MESSAGE]);
    await vi.waitFor(() => expect(watching).toHaveBeenCalled(), 1_000);
    expect(stopped.onWake).not.toHaveBeenCalled();
  });

  it('wakes every watcher when Redis is back, since something may have been missed', async () => {
    const lease = await fixture.claimed();
    const { onWake } = await watch(lease.jobId);
    await redis.kill();
    await redis.restart();
    await vi.waitFor(() => expect(onWake).toHaveBeenCalled(), 3_000);
    onWake.mockClear();
    await fixture.store.appendEvents(lease, [MESSAGE]);
    await vi.waitFor(() => expect(onWake).toHaveBeenCalled(), 1_000);
  });
});
