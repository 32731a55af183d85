import { ABSENT_SYSCALLS, ALLOWED_SYSCALLS } from './seccomp-syscalls.ts';

const ENOSYS = 38;
const INT_BITS = 32;
const LOW_HALF = 0xffff_ffff;

const AF = { unix: 1, inet: 2, inet6: 10, netlink: 16 };
const NETLINK_ROUTE = 0;
/** Namespaces of every kind, as flags of `clone`. */
const CLONE_NEW = 0x7e02_0000;
const FILE_TYPE = 0o170_000;
/** Of `mknod`: what is not a device. Zero is a regular file too. */
const PLAIN_TYPES = { none: 0, fifo: 0o010_000, regular: 0o100_000, socket: 0o140_000 };
/** Huge pages come from a pool of the host that no cgroup here counts. */
const MFD_HUGETLB = 4;
/** Typing into somebody's terminal: TIOCSTI, and TIOCLINUX which pastes. */
const TYPING_IOCTLS = [0x5412, 0x541c];
const PERSONALITY_LINUX = 0;
const PERSONALITY_ASK = LOW_HALF;

interface Condition {
  readonly index: number;
  readonly value: number;
  readonly valueTwo?: number;
  readonly op: 'SCMP_CMP_EQ' | 'SCMP_CMP_MASKED_EQ';
}

interface Rule {
  readonly names: readonly string[];
  readonly action: 'SCMP_ACT_ALLOW' | 'SCMP_ACT_ERRNO';
  readonly errnoRet?: number;
  readonly args?: readonly Condition[];
}

/**
 * The seccomp profile of every container, in the format of the engine. Refused by default, and of the processor's native
 * calls only: a filter that does not know the 32-bit ones would be walked around through them.
 *
 * Conditions only ever allow. An exact one fails closed where the kernel looks at half of an argument; a masked one
 * looks at the half that the kernel does.
 */
export function buildSeccompProfile() {
  return {
    defaultAction: 'SCMP_ACT_ERRNO',
    archMap: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_AARCH64'].map((architecture) => ({
      architecture,
      subArchitectures: [],
    })),
    syscalls: [
      allow(Object.values(ALLOWED_SYSCALLS).flatMap(words).toSorted()),
      { names: words(ABSENT_SYSCALLS), action: 'SCMP_ACT_ERRNO', errnoRet: ENOSYS },
      allow(['clone'], masked(0, CLONE_NEW, 0)),
      allow(['memfd_create'], masked(1, MFD_HUGETLB, 0)),
      ...Object.values(PLAIN_TYPES).map((type) => allow(['mknod'], masked(1, FILE_TYPE, type))),
      ...Object.values(PLAIN_TYPES).map((type) => allow(['mknodat'], masked(2, FILE_TYPE, type))),
      ...[PERSONALITY_LINUX, PERSONALITY_ASK].map((value) => allow(['personality'], exactly(0, value))),
      ...[AF.unix, AF.inet, AF.inet6].map((family) => allow(['socket'], exactly(0, family))),
      // Listing the interfaces (there is only lo) asks the routing table; no other subsystem of netlink is needed.
      allow(['socket'], exactly(0, AF.netlink), exactly(2, NETLINK_ROUTE)),
      allow(['socketpair'], exactly(0, AF.unix)),
      ...allowAllBut('ioctl', { index: 1, values: TYPING_IOCTLS }),
    ] satisfies Rule[],
  };
}

/** The profile as the engine takes it, among the security options of a container. */
export const SECCOMP_OPTION = `seccomp=${JSON.stringify(buildSeccompProfile())}`;

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}

function allow(names: readonly string[], ...args: readonly Condition[]): Rule {
  return { names, action: 'SCMP_ACT_ALLOW', ...(args.length === 0 ? {} : { args }) };
}

function exactly(index: number, value: number): Condition {
  return { index, value, op: 'SCMP_CMP_EQ' };
}

function masked(index: number, mask: number, value: number): Condition {
  return { index, value: mask, valueTwo: value, op: 'SCMP_CMP_MASKED_EQ' };
}

/**
 * Allows a call unless one argument, an int, is one of `values`. Two "is not" rules would allow what the other refuses,
 * and a comparison sees 64 bits where the kernel takes 32. So it goes down the argument bit by bit, from the highest:
 * what leaves every refused value's path there is allowed.
 */
function allowAllBut(
  name: string,
  { index, values }: { readonly index: number; readonly values: readonly number[] },
): Rule[] {
  const rules: Rule[] = [];
  const walk = (paths: readonly number[], bit: number, prefix: number): void => {
    if (bit < 0) return;
    const mask = LOW_HALF - (2 ** bit - 1);
    for (const next of [prefix, prefix + 2 ** bit]) {
      const onPath = paths.filter((value) => value - (value % 2 ** bit) === next);
      if (onPath.length === 0) rules.push(allow([name], masked(index, mask, next)));
      else walk(onPath, bit - 1, next);
    }
  };
  walk(values, INT_BITS - 1, 0);
  return rules;
}
