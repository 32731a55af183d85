import { DrydockError } from '@drydock/core';
import { ACCEPT_SHARE } from './memory-shares.ts';
import { readMemory, usedShare } from './read-memory.ts';
import type { RedisConnection } from './redis-connection.ts';

/** Throws `store_full` where no job is accepted for want of memory. */
export async function assertRoom(connection: RedisConnection): Promise<void> {
  if (usedShare(await readMemory(connection)) >= ACCEPT_SHARE) throw new DrydockError('store_full');
}
