import type { LayerBuildRequest } from '@drydock/contracts';
import type { LayerSource } from '@drydock/core';
import type { ImageSize } from './layer-image.ts';

const MIB = 1_024 * 1_024;
export const MAX_IMAGE_BYTES = 4_096 * MIB;

/** What a builder is asked for, in a line of its own; an archive's bytes follow it. */
export function toBuildRequest(source: LayerSource): LayerBuildRequest {
  switch (source.type) {
    case 'files':
      return source;
    case 'git':
      return { type: 'git', sha: source.sha };
    case 'archive': {
      const { format, bytes, ref } = source;
      return { type: 'archive', format, bytes, ref };
    }
  }
}

/** Everything that goes into a builder's stdin. The input stays open behind it: its end says that we are gone. */
export async function* readBuilderInput(
  source: LayerSource,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  yield Buffer.from(`${JSON.stringify(toBuildRequest(source))}\n`);
  if (source.type === 'archive') yield* source.read(signal);
}

/**
 * The file system that a builder fills: its size is the cap on what a source may become. Sparse, so that unused room
 * costs nothing; what nobody can know beforehand gets all that there is, with inodes for a tree and its loose objects.
 */
export function imageSizeFor(source: LayerSource): ImageSize {
  if (source.type !== 'files') return { bytes: MAX_IMAGE_BYTES, inodes: 400_000 };
  const { files } = source;
  const bytes = files.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0);
  // Room for the tree, its objects, and blocks that small files waste.
  const wanted = 64 * MIB + 4 * bytes + files.length * 32 * 1_024;
  const blocks = Math.ceil(Math.min(wanted, MAX_IMAGE_BYTES) / MIB);
  return { bytes: blocks * MIB, inodes: 8_192 + files.length * 8 };
}
