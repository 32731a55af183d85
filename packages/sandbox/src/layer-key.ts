import type { FilesSource } from '@drydock/contracts';
import type { LayerSource } from '@drydock/core';
import { createHash } from 'node:crypto';

/** Raised whenever a builder would make something else of the same source. */
const LAYER_FORMAT = 2;

/** Name of the layer that a source becomes: the same for the same files in any order, for one commit of any URL. */
export function layerKey(source: LayerSource): string {
  const hash = createHash('sha256').update(`drydock layer ${LAYER_FORMAT}\n`);
  switch (source.type) {
    case 'files':
      for (const line of describeFiles(source)) hash.update(`${line}\n`);
      break;
    case 'git':
      hash.update(`git ${source.sha}\n`);
      break;
    case 'archive':
      hash.update(`archive ${source.format} ${source.digest} ${source.ref}\n`);
  }
  return hash.digest('hex');
}

function describeFiles(source: FilesSource): readonly string[] {
  return source.files
    .toSorted((a, b) => compare(a.path, b.path))
    .map(({ path, content, encoding, executable }) => JSON.stringify([path, encoding, executable, content]));
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
