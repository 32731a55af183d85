import type { ThrowawayRedis } from '@drydock/testing';
import { describeWith, useRedis } from '@drydock/testing';
import { expect, it } from 'vitest';
import { QueueFixture } from './queue-fixture.ts';

const TTL_MS = 300;

describeWith('redis', 'an office', () => {
  let redis: ThrowawayRedis;
  useRedis((started) => (redis = started));

  it('has one holder, who keeps it for as long as it asks again', async () => {
    await using fixture = new QueueFixture(redis.url);
    const [first, second] = [fixture.queue.office('test'), fixture.queue.office('test')];
    expect(await first.hold(TTL_MS)).toBe(true);
    expect(await second.hold(TTL_MS)).toBe(false);
    expect(await first.hold(60_000)).toBe(true);
    expect(await fixture.raw.pttl(fixture.keys.office('test'))).toBeGreaterThan(TTL_MS);
    expect(await second.hold(TTL_MS)).toBe(false);
  });

  it('goes to another when its holder dies', async () => {
    await using fixture = new QueueFixture(redis.url);
    const [dead, heir] = [fixture.queue.office('test'), fixture.queue.office('test')];
    await dead.hold(TTL_MS);
    await expect.poll(() => heir.hold(TTL_MS), { timeout: 5_000 }).toBe(true);
    expect(await dead.hold(TTL_MS)).toBe(false);
  });

  it('is given up by its holder and by nobody else', async () => {
    await using fixture = new QueueFixture(redis.url);
    const [first, second] = [fixture.queue.office('test'), fixture.queue.office('test')];
    await first.hold(60_000);
    await second.resign();
    expect(await second.hold(TTL_MS)).toBe(false);
    await first.resign();
    expect(await second.hold(TTL_MS)).toBe(true);
  });

  it('is one among many: names and prefixes do not meet', async () => {
    await using fixture = new QueueFixture(redis.url);
    await using other = new QueueFixture(redis.url);
    await fixture.queue.office('test').hold(60_000);
    expect(await fixture.queue.office('another').hold(TTL_MS)).toBe(true);
    expect(await other.queue.office('test').hold(TTL_MS)).toBe(true);
  });
});
