import type { Sandbox } from '@drydock/core';
import { describeWith } from '@drydock/testing';
import { readFileSync } from 'node:fs';
import { beforeAll, expect, it } from 'vitest';
import { Engine } from './src/engine.ts';
import { toControl } from './src/run-case.ts';
import { soon, SuiteHost } from './src/suite-host.ts';
import { withoutFilter } from './src/weaken.ts';

const PROBE = readFileSync(new URL('./src/errno-probe.py', import.meta.url)).toString('base64');
const COMMAND = `echo ${PROBE} | base64 -d > /tmp/errno.py; python3 /tmp/errno.py`;
const NO_CANARIES = { dir: '', port: 0, abstractName: '' };

/** What a guest needs; everything else that the probe asks for must fail. */
const ALLOWED = new Set([
  'clone',
  'memfd_create',
  'mknodat fifo',
  'personality ask',
  'socket inet',
  'socket inet6',
  'socket netlink route',
  'socket unix',
  'socketpair unix',
]);

type Answers = Readonly<Record<string, string>>;

async function ask(sandbox: Sandbox): Promise<Answers> {
  const limits = { timeoutMs: 60_000, maxOutputBytes: 65_536 };
  const { head, tail } = await sandbox.exec({ cmd: COMMAND, workdir: '/job/work', ...limits }, soon());
  return JSON.parse(head + tail) as Answers;
}

/** In a container made like the sandbox's, with the engine's filter off. */
async function askWithoutFilter(host: SuiteHost, sandbox: Sandbox): Promise<Answers> {
  const engine = new Engine(host.dockerSocket);
  const like = await engine.describe(`drydock-${host.instanceId}-${sandbox.id}`);
  const open = withoutFilter(toControl(like, COMMAND), NO_CANARIES);
  return JSON.parse(await engine.run(open)) as Answers;
}

function toText(answers: Answers): string {
  return `${JSON.stringify(answers, null, 2)}\n`;
}

describeWith('docker', 'what the kernel answers to a guest', () => {
  let answers: Answers;
  let unfiltered: Answers;

  beforeAll(async () => {
    await using host = await SuiteHost.open();
    await using sandbox = await host.start(undefined);
    answers = await ask(sandbox);
    unfiltered = await askWithoutFilter(host, sandbox);
  });

  it('is what the golden table says, call by call', async () => {
    expect(Object.keys(answers).length).toBeGreaterThan(40);
    await expect(toText(answers)).toMatchFileSnapshot(`./golden/errno-runc-${process.arch}.json`);
  });

  it('is no to every call that is not on the list of what is needed', () => {
    const granted = Object.keys(answers).filter((name) => answers[name] === 'ok');
    expect(new Set(granted)).toEqual(ALLOWED);
  });

  it('is something else for most of them without the filter, so that the table shows the filter', () => {
    const changed = Object.keys(answers).filter((name) => answers[name] !== unfiltered[name]);
    expect(changed.length).toBeGreaterThan(25);
    expect(changed).toEqual(
      expect.arrayContaining(['clone3', 'kcmp', 'vmsplice', 'ioctl TIOCSTI', 'getpid of i386']),
    );
  });
});

const RELEASES = [
  ['debian gvisor', 'gvisor_2022', 'errno-gvisor-2022'],
  ['current gvisor', 'gvisor', 'errno-gvisor-2026'],
] as const;

for (const [dependency, boundary, golden] of RELEASES) {
  describeWith(dependency, `what ${boundary} answers to a guest`, () => {
    let answers: Answers;

    beforeAll(async () => {
      await using host = await SuiteHost.open();
      await using sandbox = await host.start(host.runtimes[boundary]);
      answers = await ask(sandbox);
    });

    it('is no to what reaches a kernel that is shared: modules, keys, handles, clocks', () => {
      const names = [
        'init_module',
        'finit_module',
        'kexec_load',
        'reboot',
        'bpf',
        'perf_event_open',
        'userfaultfd',
      ];
      const granted = [
        ...names,
        'open_by_handle_at',
        'settimeofday',
        'mount',
        'swapon',
        'acct',
        'iopl',
        'socket alg',
      ];
      expect(granted.filter((name) => answers[name] === 'ok')).toEqual([]);
    });

    it('is what the golden table of its release says', async () => {
      // Of 2026, that is release 20260905; a later one may answer otherwise, and then the table has to be looked at.
      await expect(toText(answers)).toMatchFileSnapshot(`./golden/${golden}-${process.arch}.json`);
    });
  });
}
