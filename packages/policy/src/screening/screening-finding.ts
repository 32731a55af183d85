export const SEVERITIES = ['info', 'low', 'medium', 'high'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Something in generated code that a person should look at. */
export interface ScreeningFinding {
  readonly rule: string;
  readonly severity: Severity;
  readonly path: string;
  /** In the file as it is afterwards, from 1; 0 where the finding is about the file as a whole. */
  readonly line: number;
  readonly message: string;
  /** The line, masked, stripped for people and cut. */
  readonly excerpt: string;
}

/** Nobody looked: too much, or too slow to read. In tier `high` the same as something found. */
export const UNSCREENED: ScreeningFinding = {
  rule: 'unscreened',
  severity: 'high',
  path: '',
  line: 0,
  message: 'The change could not be screened to its end.',
  excerpt: '',
};
