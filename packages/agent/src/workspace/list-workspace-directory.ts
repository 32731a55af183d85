import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DrydockError } from '@drydock/core';
import { locateInWorkspace } from './locate-in-workspace.ts';

/** Keeps the answer within one frame, whatever the names are. */
const MAX_NAME_BYTES = 512 << 10;

interface DirectoryHead {
  readonly entries: string[];
  readonly truncated: boolean;
}

/** The first names of a directory of the workspace, sorted by code unit; `.` is the workspace itself. */
export async function listWorkspaceDirectory(
  root: string,
  path: string,
  maxEntries: number,
): Promise<DirectoryHead> {
  const names = (await readdir(join(root, locate(root, path)))).toSorted();
  const entries: string[] = [];
  let bytes = 0;
  for (const name of names.slice(0, maxEntries)) {
    bytes += Buffer.byteLength(JSON.stringify(name)) + 1;
    if (bytes > MAX_NAME_BYTES) break;
    entries.push(name);
  }
  return { entries, truncated: entries.length < names.length };
}

function locate(root: string, path: string): string {
  if (path === '' || path === '.') return '';
  const place = locateInWorkspace(root, path.replace(/\/+$/, ''), 'follow');
  if (place.kind === 'refused') throw new DrydockError('invalid_request', { message: place.message });
  return place.path;
}
