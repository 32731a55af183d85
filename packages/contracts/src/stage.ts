import { z } from 'zod';

/** The two stages of an attempt, named as the job states they run in. */
export const Stage = z.enum(['planning', 'running']);
export type Stage = z.infer<typeof Stage>;
