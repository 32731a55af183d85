/** How much of a kind may be there after jobs, beyond what was there before them. */
interface Allowance {
  readonly fixed: number;
  readonly perJob: number;
}

const NOTHING: Allowance = { fixed: 0, perJob: 0 };
const perJob = (count: number): Allowance => ({ fixed: 0, perJob: count });
const fixed = (count: number): Allowance => ({ fixed: count, perJob: 0 });

/** A service opens descriptors and grows its heap as it warms up; what grows with every job is over this soon. */
const DESCRIPTORS = fixed(8);
const NODE_MEMORY = fixed(96);

/** Everything that is counted, once, and what finished jobs may leave of it. */
export const KINDS = {
  // The machine: whatever is there before jobs, warm sandboxes among it, is there again after them.
  containers: NOTHING,
  'container cgroups': NOTHING,
  processes: NOTHING,
  mounts: NOTHING,
  'loop devices': NOTHING,
  'unix sockets': NOTHING,
  slots: NOTHING,
  'uid claims': NOTHING,
  'state files': NOTHING,
  'temp files': NOTHING,

  // The data directory. Layers and mirrors of known sources stay, within their budgets; artifacts stay with their job.
  'cached layers': NOTHING,
  'half-made layers': NOTHING,
  'git mirrors': NOTHING,
  'artifacts of jobs': perJob(8),
  // A turn's transcript, log, patch and checkpoint replace the last turn's in the record, and stay in the store.
  'artifacts replaced': perJob(12),
  'half-written artifacts': NOTHING,
  'redis files': fixed(3),
  'log files': NOTHING,
  'other files': NOTHING,

  // Redis. The record, the events and the approvals of a job stay.
  'job records': perJob(1),
  'event streams': perJob(1),
  'approvals of jobs': perJob(1),
  uploads: perJob(1),
  // Replies kept for three minutes.
  'expiring replies': perJob(40),
  'shared keys': fixed(6),
  'queue messages': NOTHING,
  'scheduled jobs': NOTHING,
  'sandbox records': NOTHING,
  'other keys': NOTHING,

  'api descriptors': DESCRIPTORS,
  'worker descriptors': DESCRIPTORS,
  'monitor descriptors': DESCRIPTORS,
  'redis descriptors': DESCRIPTORS,
  'api MiB': NODE_MEMORY,
  'worker MiB': NODE_MEMORY,
  'monitor MiB': NODE_MEMORY,
  'redis MiB': { fixed: 16, perJob: 0.25 },
} as const satisfies Readonly<Record<string, Allowance>>;

export type Kind = keyof typeof KINDS;

/** Of what can be listed there are names; of what is only measured, a number. */
export interface Counted {
  readonly count: number;
  readonly names: readonly string[];
}

/** What there is of an installation at one moment. */
export type Census = Readonly<Record<Kind, Counted>>;

export const counted = (names: readonly string[]): Counted => ({ count: names.length, names });
export const measured = (count: number): Counted => ({ count, names: [] });
