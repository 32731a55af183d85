import { gzipSync } from 'node:zlib';
import type { ErrorCode, JobEvent, JobRequestInput, JobState } from '@drydock/contracts';
import { EXAMPLES, readExample } from '@drydock/examples';
import type { E2eStack } from '../e2e-stack.ts';

/** One way in which a job of the soak is meant to end. */
export interface Ending {
  readonly name: string;
  readonly request: (e2e: E2eStack) => Promise<JobRequestInput>;
  /** When it is cancelled, if ever. */
  readonly cancelWhen?: (event: JobEvent) => boolean;
  readonly expected: {
    readonly status: JobState;
    readonly code: ErrorCode | null;
    readonly verified: boolean | null;
  };
}

const failed = (code: ErrorCode): Ending['expected'] => ({ status: 'failed', code, verified: false });
const succeeded = (verified: boolean): Ending['expected'] => ({ status: 'succeeded', code: null, verified });
const CANCELLED: Ending['expected'] = { status: 'cancelled', code: null, verified: false };
const TIMED_OUT: Ending['expected'] = { status: 'timed_out', code: 'deadline_exceeded', verified: false };

/** The job of examples/ts with changes. */
const ts = (changes: Partial<JobRequestInput>) => async (): Promise<JobRequestInput> => ({
  ...(await example('ts')),
  ...changes,
});

async function example(name: string): Promise<JobRequestInput> {
  const found = EXAMPLES.find((one) => one.name === name);
  if (found === undefined) throw new Error(`There is no example ${name}.`);
  return { ...(await readExample(found)), model: `scripted/fix-${name}` };
}

/** Gzip it is, and an archive it is not. */
async function badUpload({ client }: E2eStack): Promise<JobRequestInput> {
  const bytes = Uint8Array.from(gzipSync(Buffer.from('no tar archive. '.repeat(100))));
  const { id } = await client.upload(bytes, 'tar.gz', AbortSignal.timeout(10_000));
  return ts({ source: { type: 'upload', upload_id: id, ref: 'HEAD' } })();
}

const isSleeping = (event: JobEvent): boolean =>
  event.type === 'command.started' && event.data.cmd.includes('sleep');
const isVerifying = (event: JobEvent): boolean =>
  event.type === 'job.state_changed' && event.data.to === 'verifying';

/** Mixed, so that jobs that end differently run side by side. */
export const ENDINGS: readonly Ending[] = [
  { name: 'a verified fix', request: ts({ model: 'scripted/fix-ts' }), expected: succeeded(true) },
  { name: 'only talk', request: ts({ model: 'scripted/talk-ts' }), expected: failed('no_submission') },
  {
    name: 'cancelled in a command',
    request: ts({ model: 'scripted/slow-ts' }),
    cancelWhen: isSleeping,
    expected: CANCELLED,
  },
  {
    name: 'timed out in a command',
    request: ts({ model: 'scripted/stuck-ts', limits: { timeout_seconds: 8 } }),
    expected: TIMED_OUT,
  },
  { name: 'a verified fix in Python', request: () => example('py'), expected: succeeded(true) },
  {
    name: 'out of turns',
    request: ts({ model: 'scripted/stuck-ts', limits: { max_turns: 2 } }),
    expected: failed('budget_exceeded'),
  },
  {
    name: 'cancelled at once',
    request: ts({ model: 'scripted/fix-ts' }),
    cancelWhen: () => true,
    expected: CANCELLED,
  },
  { name: 'a false claim', request: ts({ model: 'scripted/lie-ts' }), expected: succeeded(false) },
  { name: 'no such model', request: ts({ model: 'scripted/absent' }), expected: failed('model_not_found') },
  { name: 'an upload that is no archive', request: badUpload, expected: failed('bad_source') },
  {
    name: 'cancelled while verified',
    request: ts({ model: 'scripted/fix-ts', checks: { test: ['sleep 60'] } }),
    cancelWhen: isVerifying,
    expected: CANCELLED,
  },
  {
    name: 'a git host that is refused',
    request: ts({ source: { type: 'git', url: 'http://localhost:9/x', ref: 'main' } }),
    expected: failed('bad_source'),
  },
  {
    name: 'a hostile repository',
    request: ts({ model: 'scripted/hostile-ts' }),
    expected: succeeded(true),
  },
];
