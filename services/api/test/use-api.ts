import type { ThrowawayRedis } from '@drydock/testing';
import { useRedis } from '@drydock/testing';
import { afterAll, beforeAll } from 'vitest';
import type { ApiOptions, TestApi } from './start-api.ts';
import { startApi } from './start-api.ts';

/** Gives the tests of a suite one API over a Redis of its own. */
export function useApi(give: (api: TestApi, redis: ThrowawayRedis) => void, options: ApiOptions = {}): void {
  let redis: ThrowawayRedis;
  let api: TestApi | undefined;
  useRedis((started) => (redis = started));
  beforeAll(async () => {
    api = await startApi(redis.url, options);
    give(api, redis);
  });
  afterAll(() => api?.[Symbol.asyncDispose]());
}
