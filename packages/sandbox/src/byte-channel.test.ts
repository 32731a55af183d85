import { describe, expect, it } from 'vitest';
import { collect } from '../test/collect.ts';
import { ByteChannel } from './byte-channel.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe('ByteChannel', () => {
  it('gives what came before and during reading, in order, and ends', async () => {
    const channel = new ByteChannel();
    channel.push(bytes(1));
    channel.push(bytes(2));
    const reading = collect(channel);
    await Promise.resolve();
    channel.push(bytes(3));
    channel.end();
    expect(await reading).toEqual([bytes(1), bytes(2), bytes(3)]);
  });

  it('gives everything before it fails, and keeps its first end', async () => {
    const channel = new ByteChannel();
    channel.push(bytes(1));
    channel.end(new Error('cut'));
    channel.end();
    const seen: Uint8Array[] = [];
    const reading = async () => {
      for await (const chunk of channel) seen.push(chunk);
    };
    await expect(reading()).rejects.toThrow('cut');
    expect(seen).toEqual([bytes(1)]);
  });

  it('keeps nothing for a reader that has left', async () => {
    const channel = new ByteChannel();
    channel.push(bytes(1));
    for await (const _ of channel) break;
    channel.push(bytes(2));
    channel.end();
    expect(await collect(channel)).toEqual([]);
  });
});
