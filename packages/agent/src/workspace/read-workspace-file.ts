import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { DrydockError } from '@drydock/core';
import { locateInWorkspace } from './locate-in-workspace.ts';

interface FileHead {
  readonly bytes: Uint8Array;
  /** Whether the file goes on behind them. */
  readonly truncated: boolean;
}

/** The first `maxBytes` of a regular file of the workspace. Throws `invalid_request` for anything else. */
export async function readWorkspaceFile(root: string, path: string, maxBytes: number): Promise<FileHead> {
  const place = locateInWorkspace(root, path, 'follow');
  if (place.kind === 'refused') throw new DrydockError('invalid_request', { message: place.message });
  // O_NONBLOCK: opening a FIFO must not wait for its other end.
  await using file = await open(join(root, place.path), constants.O_RDONLY | constants.O_NONBLOCK);
  if (!(await file.stat()).isFile()) {
    throw new DrydockError('invalid_request', { message: `${path} is not a regular file.` });
  }
  const bytes = await readUpTo(file, maxBytes + 1);
  return { bytes: bytes.subarray(0, maxBytes), truncated: bytes.byteLength > maxBytes };
}

async function readUpTo(file: FileHandle, size: number): Promise<Uint8Array> {
  const buffer = Buffer.alloc(size);
  let filled = 0;
  while (filled < size) {
    // A file that grows while it is read still ends at `size`.
    const { bytesRead } = await file.read(buffer, filled, size - filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}
