import { expect, test } from 'vitest';
import { classifyKey } from './classify-key.ts';

const NEVER = -1;
const JOB = `job_${'0A'.repeat(13)}`;

test.each([
  [`{drydock}:job:${JOB}`, NEVER, 'job records'],
  [`{drydock}:events:${JOB}`, NEVER, 'event streams'],
  ['{drydock}:call:0a1b', 180_000, 'expiring replies'],
  ['{drydock}:call:0a1b', NEVER, 'other keys'],
  ['{drydock}:request:0a1b', NEVER, 'other keys'],
  ['{drydock}:office:cluster-gauges', 5_000, 'expiring replies'],
  ['{drydock}:upload:upl_0a1b', 5_000, 'uploads'],
  ['{drydock}:upload:upl_0a1b', NEVER, 'other keys'],
  [`{drydock}:approvals:${JOB}`, NEVER, 'approvals of jobs'],
  ['{drydock}:approvals', NEVER, 'scheduled jobs'],
  ['{drydock}:states', NEVER, 'shared keys'],
  ['{drydock}:finished', NEVER, 'shared keys'],
  ['{drydock}:pace', NEVER, 'shared keys'],
  ['{drydock}:upload-digests', NEVER, 'shared keys'],
  ['{drydock}:bullmq:jobs:meta', NEVER, 'shared keys'],
  ['{drydock}:bullmq:jobs:active', NEVER, 'queue messages'],
  ['{drydock}:bullmq:jobs:job-0:lock', 5_000, 'queue messages'],
  ['{drydock}:leases', NEVER, 'scheduled jobs'],
  ['{drydock}:sandboxes', NEVER, 'sandbox records'],
  [`{drydock}:job:${JOB}:notes`, NEVER, 'other keys'],
] as const)('%s, expiring in %i ms, is one of the %s', (name, expiresInMs, kind) => {
  expect(classifyKey({ name, expiresInMs, size: 1 })).toBe(kind);
});
