import type { FilesSource } from '@drydock/contracts';
import { createHash } from 'node:crypto';

/** Raised whenever a builder would make something else of the same source. */
const LAYER_FORMAT = 1;

/** Name of the layer that a source becomes: the same for the same files in any order. */
export function layerKey(source: FilesSource): string {
  const hash = createHash('sha256').update(`drydock layer ${LAYER_FORMAT}\n`);
  const files = source.files.toSorted((a, b) => compare(a.path, b.path));
  for (const { path, content, encoding, executable } of files) {
    hash.update(`${JSON.stringify([path, encoding, executable, content])}\n`);
  }
  return hash.digest('hex');
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
