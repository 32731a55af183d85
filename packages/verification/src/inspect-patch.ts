import { findPathFault } from '@drydock/core';
import type { PatchedFile } from './parse-git-diff.ts';
import { parseGitDiff } from './parse-git-diff.ts';
import { rejectPatch } from './reject-patch.ts';

const MAX_PATCH_BYTES = 64 << 20;
const MAX_FILES = 10_000;
/** Git itself reads these, and must not be led elsewhere by a link. */
const GIT_FILE = /(?:^|\/)\.git[^/]*$/i;

/**
 * The files that a patch touches, in its order. Throws `patch_rejected` where it touches what no patch may: the
 * sandbox that made it is hostile, and whoever takes it will apply it on a machine of their own.
 */
export function inspectPatch(diff: Uint8Array): PatchedFile[] {
  if (diff.byteLength > MAX_PATCH_BYTES) throw rejectPatch(`it has more than ${MAX_PATCH_BYTES} bytes`);
  const files = parseGitDiff(diff, MAX_FILES);
  for (const { path, isSymlink } of files) {
    const fault = findPathFault(path);
    if (fault !== undefined) throw rejectPatch(fault, path);
    if (isSymlink && GIT_FILE.test(path)) throw rejectPatch('must not be a link', path);
  }
  refuseRepeats(files);
  refuseWritesThroughLinks(files);
  return files;
}

/** Twice is right only where a file changes its type: deleted, then added. */
function refuseRepeats(files: readonly PatchedFile[]): void {
  const kinds = new Map<string, string>();
  for (const { path, kind } of files) {
    const known = kinds.get(path);
    if (known !== undefined && `${known},${kind}` !== 'deleted,added')
      throw rejectPatch('is there twice', path);
    kinds.set(path, known === undefined ? kind : `${known},${kind}`);
  }
}

/** In any order, and in names that only some file systems take for the same. */
function refuseWritesThroughLinks(files: readonly PatchedFile[]): void {
  const fold = (path: string): string => path.normalize('NFC').toLowerCase();
  const links = new Set(files.filter((file) => file.isSymlink).map((file) => fold(file.path)));
  if (links.size === 0) return;
  for (const { path } of files.filter((file) => file.kind !== 'deleted')) {
    const parts = fold(path).split('/');
    const isBelow = parts.some((_, depth) => depth > 0 && links.has(parts.slice(0, depth).join('/')));
    if (isBelow) throw rejectPatch('is below a link that the patch makes', path);
  }
}
