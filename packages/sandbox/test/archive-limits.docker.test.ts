import { createHash, randomFillSync } from 'node:crypto';
import { constants, gzipSync } from 'node:zlib';
import { Digest } from '@drydock/contracts';
import type { LayerSource } from '@drydock/core';
import { describeWith } from '@drydock/testing';
import { expect, it } from 'vitest';
import { tarEntry, tarOf } from './tar-fixture.ts';
import type { TestHost } from './test-host.ts';
import { useTestHost } from './use-test-host.ts';

/** What docs and contract say; a limit that was changed by mistake is no limit. */
const MAX_ENTRIES = 100_000;
const MAX_BYTES = 1_536 * (1 << 20);
const BLOCK_BYTES = 16 * (1 << 20);
const TIMEOUT_MS = 120_000;

const zip = (bytes: Buffer) => gzipSync(bytes, { level: constants.Z_BEST_SPEED });
const README = tarEntry('README.md', { body: 'hello\n' });

/** Several gzip members are one stream, so that nothing large is ever made: one block is sent again and again. */
function archiveOf(...members: readonly Buffer[]): LayerSource {
  const digest = createHash('sha256');
  for (const member of members) digest.update(member);
  return {
    type: 'archive',
    format: 'tar.gz',
    digest: Digest.parse(digest.digest('hex')),
    bytes: members.reduce((sum, { length }) => sum + length, 0),
    ref: 'HEAD',
    read: async function* () {
      await Promise.resolve();
      yield* members;
    },
  };
}

/** A small tree, and filler behind its end, which unfold to so many bytes together; no limit of ratio is met on the way. */
function archiveOfBytes(total: number): LayerSource {
  const tree = tarOf(README);
  const block = Buffer.alloc(BLOCK_BYTES);
  // A fiftieth of it cannot be compressed.
  for (let start = 0; start < BLOCK_BYTES; start += 1 << 16) randomFillSync(block, start, 1_311);
  const member = zip(block);
  const blocks = Math.floor((total - tree.length) / BLOCK_BYTES);
  const rest = block.subarray(0, total - tree.length - blocks * BLOCK_BYTES);
  return archiveOf(zip(tree), ...Array.from({ length: blocks }, () => member), zip(rest));
}

/** One file, and the root that is named as often as it takes: an entry that costs nothing but its place in the count. */
function archiveOfEntries(count: number): LayerSource {
  const root = tarEntry('./', { type: '5', mode: 0o755 });
  return archiveOf(zip(tarOf(Buffer.concat([README, ...Array.from({ length: count - 1 }, () => root)]))));
}

describeWith('docker', 'an uploaded archive', () => {
  let host: TestHost;
  useTestHost((opened) => (host = opened));

  const ensure = (source: LayerSource) => host.host.layers.ensure(source, AbortSignal.timeout(TIMEOUT_MS));

  it.each([
    [`${MAX_ENTRIES} entries`, () => archiveOfEntries(MAX_ENTRIES)],
    [`${MAX_BYTES} bytes`, () => archiveOfBytes(MAX_BYTES)],
  ])('is taken with %s', { timeout: TIMEOUT_MS }, async (_, source) => {
    using layer = await ensure(source());
    expect(layer.baseSha).toMatch(/^[0-9a-f]{40}$/);
  });

  it.each([
    ['one entry more', () => archiveOfEntries(MAX_ENTRIES + 1), `more than ${MAX_ENTRIES} entries`],
    ['one byte more', () => archiveOfBytes(MAX_BYTES + 1), `more than ${MAX_BYTES} bytes`],
    [
      'a small file and hard links that make it large',
      () => {
        const file = tarEntry('zeros', { body: Buffer.alloc(BLOCK_BYTES - 4_096) });
        const links = Array.from({ length: 8 }, (_, n) => tarEntry(`l${n}`, { type: '1', link: 'zeros' }));
        return archiveOf(zip(tarOf(file, ...links)));
      },
      'more than 100 times its size',
    ],
  ])('is refused with %s', { timeout: TIMEOUT_MS }, async (_, source, words) => {
    await expect(ensure(source())).rejects.toMatchObject({
      code: 'bad_source',
      message: expect.stringContaining(words) as string,
    });
  });
});
