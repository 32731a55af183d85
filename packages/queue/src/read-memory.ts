import type { StoreMemory } from '@drydock/core';
import type { RedisConnection } from './redis-connection.ts';

/** Memory of Redis, as it counts it itself when it refuses commands: without the buffers of its append-only file. */
export async function readMemory(connection: RedisConnection): Promise<StoreMemory> {
  const text = await connection.run((client) => client.info('memory'));
  const read = (name: string): number => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(text)?.[1] ?? 0);
  return {
    usedBytes: Math.max(0, read('used_memory') - read('mem_not_counted_for_evict')),
    maxBytes: read('maxmemory'),
  };
}

/** 0 where there is no limit. */
export function usedShare({ usedBytes, maxBytes }: StoreMemory): number {
  return maxBytes === 0 ? 0 : usedBytes / maxBytes;
}
