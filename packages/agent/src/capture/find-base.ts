import { existsSync, readFileSync } from 'node:fs';
import { BASE, BASE_MANIFEST, UPPER, WORKSPACE } from '../paths.ts';
import type { BaseTree } from './base-tree.ts';
import { ManifestBase } from './manifest-base.ts';
import { parseManifest } from './manifest.ts';
import { OverlayBase } from './overlay-base.ts';

/** What this workspace is compared with: a copy comes with a manifest, an overlay with the tree below it. */
export function findBase(): BaseTree {
  if (!existsSync(BASE_MANIFEST)) return new OverlayBase(UPPER, BASE);
  return new ManifestBase(WORKSPACE, parseManifest(readFileSync(BASE_MANIFEST)));
}
