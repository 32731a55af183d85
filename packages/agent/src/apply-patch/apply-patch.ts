import type { FileChange } from '@drydock/contracts';
import { commitChanges } from './commit-changes.ts';
import { parsePatch } from './parse-patch.ts';
import type { PatchFiles } from './patch-files.ts';
import { planChanges } from './plan-changes.ts';

/**
 * Applies a Codex patch, all or nothing: every section is worked out before the first byte is written, and what was
 * written is undone when a write fails. Throws `patch_rejected` where the patch does not fit, written for the model.
 */
export function applyPatch(patch: string, files: PatchFiles): FileChange[] {
  const changes = planChanges(parsePatch(patch), files);
  commitChanges(changes, files);
  return changes.map(({ path, kind }) => ({ path, kind }));
}
