import type { ReviewFinding } from '@drydock/contracts';
import { FindingSeverity } from '@drydock/contracts';

/** The most severe first; those of one severity as they were told. */
export function orderFindings(findings: readonly ReviewFinding[]): ReviewFinding[] {
  const rank = ({ severity }: ReviewFinding): number => FindingSeverity.options.indexOf(severity);
  return findings.toSorted((one, other) => rank(one) - rank(other));
}
