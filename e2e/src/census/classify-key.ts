import type { Kind } from './kinds.ts';

/** A key of Redis as it is found there. */
export interface FoundKey {
  readonly name: string;
  /** Milliseconds; negative where it never expires. */
  readonly expiresInMs: number;
  /** Elements, or 1 for a string. */
  readonly size: number;
}

const JOB_ID = 'job_[0-9A-Z]{26}';

/** First match wins. */
const RULES: readonly (readonly [RegExp, Kind])[] = [
  [new RegExp(`:job:${JOB_ID}$`), 'job records'],
  [new RegExp(`:events:${JOB_ID}$`), 'event streams'],
  [new RegExp(`:approvals:${JOB_ID}$`), 'approvals of jobs'],
  [/:(?:call|request|office):/, 'expiring replies'],
  [/:upload:upl_/, 'uploads'],
  [
    /^\{[a-z0-9-]+\}:(?:states|jobs|finished|pace|upload-digests|bullmq:jobs:(?:meta|events|id|marker|stalled-check|stalled))$/,
    'shared keys',
  ],
  [/:(?:leases|deadlines|outbox|approvals)$/, 'scheduled jobs'],
  [/:sandboxes$/, 'sandbox records'],
  [/:bullmq:jobs:/, 'queue messages'],
];
const EXPIRING: ReadonlySet<Kind> = new Set(['expiring replies', 'uploads']);

/** What a key is. One that should expire and does not is as unknown as one that nobody has heard of. */
export function classifyKey({ name, expiresInMs }: FoundKey): Kind {
  const kind = RULES.find(([pattern]) => pattern.test(name))?.[1] ?? 'other keys';
  return EXPIRING.has(kind) && expiresInMs <= 0 ? 'other keys' : kind;
}
