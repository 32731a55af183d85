import { z } from 'zod';

/**
 * Text that reaches a model, a command line and the job record as it was sent: programs end at a NUL, and half a
 * surrogate pair has no bytes.
 */
export const Text = z
  .string()
  .refine((text) => text.isWellFormed(), 'Not valid Unicode')
  .refine((text) => !text.includes('\0'), 'Has a NUL character');
