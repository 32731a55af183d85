import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CAPTURE_SPACE } from '../paths.ts';
import { removeTree } from '../remove-tree.ts';

/**
 * Runs `work` with nothing in the capture's space. Where the workspace is a copy, the space is always there, and the
 * code under test may have left something in it.
 */
export async function withEmptySpace<T>(work: () => Promise<T>): Promise<T> {
  empty();
  try {
    return await work();
  } finally {
    empty();
  }
}

function empty(): void {
  for (const name of readdirSync(CAPTURE_SPACE, { encoding: 'latin1' })) {
    removeTree(Buffer.from(join(CAPTURE_SPACE, name), 'latin1'));
  }
}
