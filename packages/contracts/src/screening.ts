import { z } from 'zod';

export const SEVERITIES = ['info', 'low', 'medium', 'high'] as const;
export const Severity = z.enum(SEVERITIES);
export type Severity = z.infer<typeof Severity>;

/** Something in generated code that a person should look at. */
export const ScreeningFinding = z.object({
  rule: z.string(),
  severity: Severity,
  path: z.string(),
  /** In the file as it is afterwards, from 1; 0 where the finding is about the file as a whole. */
  line: z.int().nonnegative(),
  message: z.string(),
  /** The line, masked, stripped for people and cut. */
  excerpt: z.string(),
});
export type ScreeningFinding = z.infer<typeof ScreeningFinding>;
