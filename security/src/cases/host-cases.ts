import { JobRequest } from '@drydock/contracts';
import { z } from 'zod';
import { toReport, type HostCase } from '../host-case.ts';
import { toControl } from '../run-case.ts';
import { soon } from '../suite-host.ts';

const MIB = 1_024 * 1_024;
const FLOOD_BYTES = 1_000_000_000;
/** What a worker may grow by while a command floods it. */
const MAX_GROWTH_BYTES = 64 * MIB;

const REQUEST = {
  kind: 'fix',
  instruction: 'x',
  source: { type: 'files', files: [{ path: 'a', content: '' }] },
};
/** What would steer the container, if anybody listened. */
const STEERING: Readonly<Record<string, unknown>> = {
  image: 'evil:latest',
  cwd: '/proc/self/fd/8',
  workdir: '/proc/self/fd/8',
  env: { LD_PRELOAD: '/job/work/evil.so' },
  binds: ['/:/host'],
  mounts: [{ source: '/', target: '/host' }],
  user: '0:0',
  privileged: true,
  runtime: 'runc',
  capabilities: ['SYS_ADMIN'],
};

type Takes = (request: unknown) => boolean;

const trySteering = (takes: Takes) => {
  if (!takes(REQUEST)) throw new Error('The request is refused without any of the fields.');
  const attempts = Object.entries(STEERING).flatMap(([field, value]) => [
    [field, takes({ ...REQUEST, [field]: value })] as const,
    [`limits.${field}`, takes({ ...REQUEST, limits: { [field]: value } })] as const,
    [`source.${field}`, takes({ ...REQUEST, source: { ...REQUEST.source, [field]: value } })] as const,
  ]);
  return toReport(Object.fromEntries(attempts.map(([name, taken]) => [name, taken ? 'taken' : undefined])));
};

const LIMITS = { workdir: '/job/work', timeoutMs: 60_000, maxOutputBytes: 1_000 };
const STOPPED = 'no command runs any more';

async function weigh(work: () => Promise<unknown>): Promise<string | undefined> {
  const before = process.memoryUsage().rss;
  // Held until it has been weighed.
  const held = await work();
  const grown = process.memoryUsage().rss - before;
  return grown > MAX_GROWTH_BYTES ? `grew by ${grown} bytes for ${typeof held}` : undefined;
}

/** What the worker does with what it is asked and told. */
export const HOST_CASES: readonly HostCase[] = [
  {
    class: 'requests',
    claim: 'no field of a request reaches the container’s image, user, directory, environment or mounts',
    boundaries: ['runc'],
    probe: async () => trySteering((request) => JobRequest.safeParse(request).success),
    control: async () => trySteering((request) => z.looseObject(JobRequest.shape).safeParse(request).success),
  },
  {
    class: 'resources',
    claim: 'a gigabyte of output costs the worker no more than its share',
    boundaries: ['runc'],
    probe: async ({ sandbox }) => {
      const cmd = `head -c ${FLOOD_BYTES} /dev/zero`;
      const grown = await weigh(async () => {
        const { exitCode, totalBytes } = await sandbox.exec({ cmd, ...LIMITS }, soon());
        if (exitCode !== 0 || totalBytes !== FLOOD_BYTES) throw new Error('The flood did not come.');
      });
      return toReport({ flood: grown });
    },
    control: async () => {
      const keepAll = async (): Promise<Buffer[]> => Array.from({ length: 200 }, () => Buffer.alloc(MIB, 1));
      return toReport({ flood: await weigh(keepAll) });
    },
  },
  {
    class: 'tampering',
    claim: 'a command that stops the tool host and everything else is given up, and the next one works',
    boundaries: ['runc'],
    probe: async ({ sandbox }) => {
      await sandbox.exec({ ...LIMITS, cmd: 'kill -STOP -1; sleep 60', timeoutMs: 1_000 }, soon());
      const { head } = await sandbox.exec({ ...LIMITS, cmd: 'echo alive', timeoutMs: 10_000 }, soon());
      return toReport({ 'stop all': head === 'alive\n' ? undefined : STOPPED });
    },
    /** A shell that serves commands and that nobody watches. */
    control: async ({ engine, like }) => {
      const serve = 'mkfifo /tmp/in; sh < /tmp/in & exec 3> /tmp/in';
      const said = await engine.run(
        toControl(like, `${serve}; echo 'kill -STOP $$' >&3; echo 'echo alive' >&3; sleep 2; kill -KILL $!`),
      );
      return toReport({ 'stop all': said.includes('alive') ? undefined : STOPPED });
    },
  },
];
