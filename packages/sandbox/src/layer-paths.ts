import { join } from 'node:path';
import type { WorkspaceBackend } from './workspace-backend.ts';

export function layerDir(layersDir: string, key: string): string {
  return join(layersDir, key);
}

/** What a sealed layer is: a file system to mount, or an archive to unpack. */
export const IMAGE_NAMES = { overlay: 'image.ext4', copy: 'image.tar' } as const;

export function layerImagePath(layersDir: string, key: string, backend: WorkspaceBackend): string {
  return join(layerDir(layersDir, key), IMAGE_NAMES[backend]);
}

export function layerRecordPath(layersDir: string, key: string): string {
  return join(layerDir(layersDir, key), 'layer.json');
}
