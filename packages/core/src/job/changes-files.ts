import type { JobKind } from '@drydock/contracts';

/**
 * Whether a kind of job leaves a patch. For the others the result is what they say: their workspace is read-only to the
 * end, there is nothing to prove, and `verified` is null.
 */
export function changesFiles(kind: JobKind): boolean {
  switch (kind) {
    case 'implement':
    case 'fix':
    case 'test':
      return true;
    case 'review':
    case 'explain':
      return false;
  }
}

/** Whether a job leaves a change whose effect can be proven. */
export function hasChangeToProve({
  kind,
  plan_only,
}: {
  kind: JobKind;
  plan_only?: boolean | undefined;
}): boolean {
  return changesFiles(kind) && plan_only !== true;
}
