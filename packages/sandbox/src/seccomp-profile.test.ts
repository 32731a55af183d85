import { describe, expect, it } from 'vitest';
import { buildSeccompProfile } from './seccomp-profile.ts';

const profile = buildSeccompProfile();
type Rule = (typeof profile.syscalls)[number];

/** What a filter made of the profile does with a call. */
function decide(name: string, ...args: readonly bigint[]): string {
  const matches = ({ names, args: conditions = [] }: Rule) =>
    names.includes(name) && conditions.every((condition) => holds(condition, args[condition.index] ?? 0n));
  const rule = profile.syscalls.find(matches);
  if (rule === undefined) return 'EPERM';
  return rule.action === 'SCMP_ACT_ALLOW' ? 'allowed' : `errno ${rule.errnoRet}`;
}

function holds(condition: NonNullable<Rule['args']>[number], value: bigint): boolean {
  if (condition.op === 'SCMP_CMP_EQ') return value === BigInt(condition.value);
  return (value & BigInt(condition.value)) === BigInt(condition.valueTwo ?? 0);
}

const HIGH = 1n << 32n;

describe('the seccomp profile', () => {
  it('is the file that operators read', async () => {
    const text = `${JSON.stringify(profile, null, 2)}\n`;
    await expect(text).toMatchFileSnapshot('../../../infra/seccomp/drydock.json');
  });

  it('names every call once in what is allowed or absent without a condition', () => {
    const names = profile.syscalls.filter(({ args }) => args === undefined).flatMap((rule) => rule.names);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    expect(names.filter((name) => !/^[a-z][a-z0-9_]*$/.test(name))).toEqual([]);
    const conditional = profile.syscalls
      .filter(({ args }) => args !== undefined)
      .flatMap((rule) => rule.names);
    // The filter drops the conditions of a call that is also allowed without one.
    expect(conditional.filter((name) => names.includes(name))).toEqual([]);
  });

  it.each([
    ['openat', [], 'allowed'],
    ['clone', [0x11n], 'allowed'],
    ['clone', [0x11n | 0x1000_0000n], 'EPERM'],
    ['clone', [0x0002_0000n], 'EPERM'],
    ['clone3', [], 'errno 38'],
    ['io_uring_setup', [], 'errno 38'],
    ['socket', [1n], 'allowed'],
    ['socket', [2n], 'allowed'],
    ['socket', [10n], 'allowed'],
    ['socket', [16n, 3n, 0n], 'allowed'],
    ['socket', [16n, 3n, 12n], 'EPERM'],
    ['socket', [17n], 'EPERM'],
    ['socket', [38n], 'EPERM'],
    ['socket', [40n], 'EPERM'],
    ['socket', [HIGH + 40n], 'EPERM'],
    ['socketpair', [1n], 'allowed'],
    ['socketpair', [16n], 'EPERM'],
    ['mknodat', [0n, 0n, 0o010_644n], 'allowed'],
    ['mknodat', [0n, 0n, 0o060_644n], 'EPERM'],
    ['mknodat', [0n, 0n, 0o020_644n], 'EPERM'],
    ['memfd_create', [0n, 1n], 'allowed'],
    ['memfd_create', [0n, 4n], 'EPERM'],
    ['personality', [0n], 'allowed'],
    ['personality', [0x0004_0000n], 'EPERM'],
    ['ioctl', [0n, 0x5401n], 'allowed'],
    ['ioctl', [0n, 0x5413n], 'allowed'],
    ['ioctl', [0n, 0x8004_5430n], 'allowed'],
    ['ioctl', [0n, HIGH * 0xffff_ffffn + 0x8004_5430n], 'allowed'],
    ['ioctl', [0n, 0x5412n], 'EPERM'],
    ['ioctl', [0n, HIGH + 0x5412n], 'EPERM'],
    ['ioctl', [0n, 0x541cn], 'EPERM'],
    ...[
      'ptrace',
      'process_vm_readv',
      'kcmp',
      'keyctl',
      'bpf',
      'userfaultfd',
      'mount',
      'fsopen',
      'unshare',
      'setns',
    ]
      .concat([
        'open_by_handle_at',
        'name_to_handle_at',
        'perf_event_open',
        'socketcall',
        'vmsplice',
        'chroot',
      ])
      .map((name) => [name, [], 'EPERM'] as const),
  ] as const)('for %s %s says %s', (name, args, verdict) => {
    expect(decide(name, ...args)).toBe(verdict);
  });
});
