import { afterAll, beforeAll } from 'vitest';
import { ThrowawayRedis } from './throwaway-redis.ts';

/** Gives the tests of a suite one Redis. Hooks after this find it running. */
export function useRedis(give: (redis: ThrowawayRedis) => void): void {
  let redis: ThrowawayRedis | undefined;
  beforeAll(async () => {
    redis = await ThrowawayRedis.start();
    give(redis);
  });
  afterAll(() => redis?.[Symbol.asyncDispose]());
}
