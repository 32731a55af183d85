import { JobId } from '@drydock/contracts';
import { wrongUsage } from './cli-error.ts';

/** Throws CliError with words on what is wrong. */
export function parseJobId(text: string | undefined): JobId {
  const parsed = JobId.safeParse(text);
  if (parsed.success) return parsed.data;
  throw wrongUsage(`${text} is no id of a job.`);
}
