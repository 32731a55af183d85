import type { Severity } from '@drydock/contracts';

/** One rule about added lines, or about the path of a changed file, as data. */
export interface ScreeningRule {
  readonly id: string;
  readonly severity: Severity;
  readonly message: string;
  /** Files it applies to; all without it. */
  readonly path?: RegExp;
  readonly notPath?: RegExp;
  /** Tested against each added line; without it the rule is about the file. */
  readonly line?: RegExp;
  /** `path` newline `line`; checked when the rules are loaded. */
  readonly match: readonly string[];
  readonly notMatch: readonly string[];
}
