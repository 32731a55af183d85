import { newUploadId } from '@drydock/core';
import { describeWith } from '@drydock/testing';
import { expect, it } from 'vitest';
import type { QueueFixture } from './queue-fixture.ts';
import { DIGEST } from './queue-fixture.ts';
import { useQueue } from './use-queue.ts';

const WEEK_SECONDS = 604_800;

describeWith('redis', 'an upload', () => {
  let fixture: QueueFixture;
  useQueue((own) => (fixture = own));

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
