import type { LintFinding } from '@drydock/contracts';

/**
 * Findings after that were not there before, as multisets of (file, rule, message): a finding that only moved to
 * another line is not new, a second one of the same kind is. Of equal ones, the last in the file count as the new.
 */
export function findNewFindings(
  before: readonly LintFinding[],
  after: readonly LintFinding[],
): LintFinding[] {
  const known = new Map<string, number>();
  for (const finding of before) known.set(keyOf(finding), (known.get(keyOf(finding)) ?? 0) + 1);
  return after.filter((finding) => {
    const left = known.get(keyOf(finding)) ?? 0;
    known.set(keyOf(finding), left - 1);
    return left <= 0;
  });
}

/** Messages name other lines (`redefinition … from line 3`), and those move too. */
function keyOf({ file, rule, message }: LintFinding): string {
  return JSON.stringify([file, rule, message.replaceAll(/\bline \d+/g, 'line')]);
}
