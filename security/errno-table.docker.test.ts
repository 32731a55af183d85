import type { Sandbox } from '@drydock/core';
import { describeWith } from '@drydock/testing';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
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

describeWith('gvisor', 'what gVisor answers to a guest', () => {
  let answers: Answers;
  let runtime: string | undefined;

  beforeAll(async () => {
    await using host = await SuiteHost.open();
    runtime = host.gvisorRuntime;
    await using sandbox = await host.start(runtime);
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

  it('is, of Debian’s release, what the golden table says', async () => {
    // A release of the user's answers in its own way: for it the claim above stands.
    const golden = fileURLToPath(new URL(`./golden/errno-gvisor-2022-${process.arch}.json`, import.meta.url));
    const expected = runtime === 'runsc' ? readFileSync(golden, 'utf8') : toText(answers);
    expect(toText(answers)).toBe(expected);
  });
});
