import type { CheckClaim } from '@drydock/contracts';
import { normaliseCommand } from '@drydock/verification';

export interface RedCheck {
  readonly command: string;
  /** What its newest run came to, in words. */
  readonly result: string;
}

interface RunChecks {
  /** What the commands since the last edit came to, the newest run of each, by normalised command. */
  readonly runs: ReadonlyMap<string, { readonly passed: boolean; readonly result: string }>;
  /** The commands that are checks. */
  readonly checks: readonly string[];
  readonly claims: readonly CheckClaim[];
}

/** Checks whose newest run after the last edit did not end well, and that the submission does not say so of. */
export function findRedChecks({ runs, checks, claims }: RunChecks): RedCheck[] {
  const admitted = new Set(
    claims.filter(({ outcome }) => outcome === 'failed').map(({ command }) => normaliseCommand(command)),
  );
  return [...new Set(checks.map(normaliseCommand))].flatMap((command) => {
    const run = runs.get(command);
    return run === undefined || run.passed || admitted.has(command) ? [] : [{ command, result: run.result }];
  });
}
