import type { Sandbox } from '@drydock/core';
import { DrydockError } from '@drydock/core';

/** Applies a diff to a clean workspace. Throws `patch_rejected` where it does not apply. */
export async function applyDiff(
  sandbox: Pick<Sandbox, 'applyDiff'>,
  diff: Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  if (diff.byteLength === 0) return;
  const applied = await sandbox.applyDiff(diff, signal);
  if (applied.kind === 'mismatch') {
    throw new DrydockError('patch_rejected', {
      message: `The patch does not apply to the base: ${applied.message}`,
    });
  }
}
