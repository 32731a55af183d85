import { DrydockError } from '@drydock/core';
import { Redis } from 'ioredis';
import type { RedisOptions } from 'ioredis';

const SHARED = {
  connectTimeout: 2_000,
  // Nothing is in flight that somebody waits for; the timer of a socket that is gone would keep a process from ending.
  disconnectTimeout: 250,
  // Without end: a service outlives its Redis and resumes by itself.
  retryStrategy: (attempt: number) => Math.min(25 * 2 ** attempt, 1_000),
  maxRetriesPerRequest: null,
} satisfies RedisOptions;

const KINDS = {
  /**
   * Commands that answer at once. The timeout is the only thing that rejects a command that was in flight when the
   * connection broke (ioredis 6). Nothing is sent later than it was asked for: there is no offline queue.
   */
  commands: { ...SHARED, commandTimeout: 2_000, enableOfflineQueue: false },
  /** Subscriptions and blocking reads: waiting is their work, so nothing may time them out. */
  waiting: SHARED,
} satisfies Record<string, RedisOptions>;

/**
 * A client of `redis://…`, `rediss://…`, `unix://<path>` or a socket path. It connects by itself, in the background.
 * Throws `store_misconfigured` where the address is none of these.
 */
export function createClient(url: string, kind: keyof typeof KINDS): Redis {
  if (!/^(?:\/|unix:\/\/\/|rediss?:\/\/)/.test(url)) {
    throw new DrydockError('store_misconfigured', {
      message: 'The address of Redis must be redis://…, rediss://…, unix:///… or the path of a socket.',
    });
  }
  return new Redis(url.replace(/^unix:\/\//, ''), KINDS[kind]);
}
