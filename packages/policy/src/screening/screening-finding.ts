import type { ScreeningFinding } from '@drydock/contracts';

/** Nobody looked: too much, or too slow to read. In tier `high` the same as something found. */
export const UNSCREENED: ScreeningFinding = {
  rule: 'unscreened',
  severity: 'high',
  path: '',
  line: 0,
  message: 'The change could not be screened to its end.',
  excerpt: '',
};
