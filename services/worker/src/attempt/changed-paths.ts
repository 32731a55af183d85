import { inspectPatch } from '@drydock/verification';

/** What a captured diff changes; nothing where there is none, or it cannot be read: what asks only wants to help. */
export function changedPathsOf(diff: Uint8Array | undefined): string[] {
  if (diff === undefined || diff.byteLength === 0) return [];
  try {
    return inspectPatch(diff).map(({ path }) => path);
  } catch {
    return [];
  }
}
