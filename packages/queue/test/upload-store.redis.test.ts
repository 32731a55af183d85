import { newUploadId } from '@drydock/core';
import { ThrowawayRedis, describeWith } from '@drydock/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DIGEST, QueueFixture } from './queue-fixture.ts';

const WEEK_SECONDS = 604_800;

describeWith('redis', 'an upload', () => {
  let redis: ThrowawayRedis;
  let fixture: QueueFixture;
  beforeAll(async () => {
    redis = await ThrowawayRedis.start();
    fixture = new QueueFixture(redis.url);
  });
  afterAll(async () => {
    await fixture[Symbol.asyncDispose]();
    await redis[Symbol.asyncDispose]();
  });

  it('is found by its id, and kept for a week after its last use', async () => {
    const { uploads } = fixture.queue;
    const record = { id: newUploadId(), format: 'bundle', bytes: 5, digest: DIGEST } as const;
    await uploads.put(record);
    const key = fixture.keys.upload(record.id);
    expect(await fixture.raw.ttl(key)).toBeGreaterThan(WEEK_SECONDS - 10);
    await fixture.raw.expire(key, 60);
    expect(await uploads.find(record.id)).toEqual(record);
    expect(await fixture.raw.ttl(key)).toBeGreaterThan(WEEK_SECONDS - 10);
    expect(await uploads.find(newUploadId())).toBeUndefined();
  });
});
