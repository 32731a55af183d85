import { join } from 'node:path';

export function layerDir(layersDir: string, key: string): string {
  return join(layersDir, key);
}

export function layerImagePath(layersDir: string, key: string): string {
  return join(layerDir(layersDir, key), 'image.ext4');
}

export function layerRecordPath(layersDir: string, key: string): string {
  return join(layerDir(layersDir, key), 'layer.json');
}
