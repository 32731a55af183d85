import type { ThrowawayRedis } from '@drydock/testing';
import { useRedis } from '@drydock/testing';
import { afterEach, beforeEach } from 'vitest';
import { QueueFixture } from './queue-fixture.ts';

/** Gives each test of a suite a queue under a prefix of its own; the server is the suite's. */
export function useQueue(give: (fixture: QueueFixture, redis: ThrowawayRedis) => void): void {
  let redis: ThrowawayRedis;
  let fixture: QueueFixture | undefined;
  useRedis((started) => (redis = started));
  beforeEach(() => {
    fixture = new QueueFixture(redis.url);
    give(fixture, redis);
  });
  afterEach(() => fixture?.[Symbol.asyncDispose]());
}
