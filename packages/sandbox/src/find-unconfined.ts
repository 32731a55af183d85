import type { ContainerPolicy } from './find-violations.ts';

/** What the kernel says of a container's main process, from `/proc`. */
export interface KernelFacts {
  readonly status: string;
  readonly mountinfo: string;
  /** `net/dev` */
  readonly interfaces: string;
}

/** Every process inherits them from the main one, and none can take a stricter one off. */
const STATUS = {
  CapInh: '0000000000000000',
  CapPrm: '0000000000000000',
  CapEff: '0000000000000000',
  CapBnd: '0000000000000000',
  CapAmb: '0000000000000000',
  NoNewPrivs: '1',
  Seccomp: '2',
};

/** File systems of the kernel itself: writing there changes no file of this host. */
const KERNEL_TYPES: ReadonlySet<string> = new Set(['proc', 'sysfs', 'devpts', 'mqueue', 'tmpfs']);
const DEVICES: ReadonlySet<string> = new Set(
  ['null', 'zero', 'full', 'tty', 'random', 'urandom'].map((name) => `/dev/${name}`),
);
/** Shut by `/dev/null` or an empty directory on top. */
const MASKED = ['/proc/keys', '/proc/timer_list', '/sys/firmware'];
const READ_ONLY = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys'];

interface Mount {
  readonly root: string;
  readonly target: string;
  readonly options: readonly string[];
  readonly type: string;
  readonly superOptions: readonly string[];
}

/** Where the kernel does not hold a running container to its policy, in words: for what an engine does not report. */
export function findUnconfined(policy: ContainerPolicy, facts: KernelFacts): readonly string[] {
  const mounts = facts.mountinfo.split('\n').flatMap((line) => parseMount(line) ?? []);
  return [
    ...Object.entries(STATUS).flatMap(([name, expected]) => {
      const actual = new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(facts.status)?.[1];
      return actual === expected ? [] : [`${name} is ${actual ?? 'unknown'} instead of ${expected}`];
    }),
    ...listInterfaces(facts.interfaces).flatMap((name) =>
      name === 'lo' ? [] : [`it has the interface ${name}`],
    ),
    ...(mounts.length === 0 ? ['its mounts cannot be read'] : []),
    ...mounts.flatMap(findWritableHost),
    ...MASKED.flatMap((path) => (isMasked(mounts, path) ? [] : [`${path} is not masked`])),
    ...READ_ONLY.flatMap((path) => (isReadOnly(mounts, path) ? [] : [`${path} is not read-only`])),
    ...Object.entries(policy.HostConfig.Tmpfs).flatMap(([target, options]) =>
      checkSpace(mounts, target, options),
    ),
  ];
}

function findWritableHost({ root, target, options, type }: Mount): readonly string[] {
  if (options.includes('ro') || KERNEL_TYPES.has(type)) return [];
  if (type.startsWith('cgroup')) return [];
  const isDevice = type === 'devtmpfs' && (DEVICES.has(target) || root === '/null');
  return isDevice ? [] : [`${target} is writable`];
}

function isMasked(mounts: readonly Mount[], path: string): boolean {
  const found = mounts.findLast(({ target }) => target === path);
  return (
    found !== undefined &&
    (found.root === '/null' || (found.type === 'tmpfs' && found.options.includes('ro')))
  );
}

function isReadOnly(mounts: readonly Mount[], path: string): boolean {
  return mounts.findLast(({ target }) => target === path)?.options.includes('ro') ?? false;
}

function checkSpace(mounts: readonly Mount[], target: string, options: string): readonly string[] {
  const found = mounts.findLast((mount) => mount.target === target);
  if (found?.type !== 'tmpfs') return [`${target} is no file system in memory`];
  const limit = (name: string) => Number(new RegExp(`\\b${name}=(\\d+)`).exec(options)?.[1]);
  const actual = (name: string) => found.superOptions.find((option) => option.startsWith(`${name}=`));
  const size = `size=${limit('size') / 1_024}k`;
  const inodes = `nr_inodes=${limit('nr_inodes')}`;
  return [
    ...(actual('size') === size ? [] : [`${target} has ${actual('size') ?? 'no size'} instead of ${size}`]),
    ...(actual('nr_inodes') === inodes
      ? []
      : [`${target} has ${actual('nr_inodes') ?? 'no'} instead of ${inodes}`]),
    ...['nosuid', 'nodev'].flatMap((flag) =>
      found.options.includes(flag) ? [] : [`${target} is not ${flag}`],
    ),
  ];
}

function listInterfaces(text: string): readonly string[] {
  // Two lines of headings. None at all is no answer.
  const names = text
    .split('\n')
    .slice(2)
    .flatMap((line) => /^\s*([^\s:]+):/.exec(line)?.[1] ?? []);
  return names.length === 0 ? ['(unknown)'] : names;
}

/** proc(5): ID, parent, device, root, target, options, optional fields, a hyphen, type, source, options of the superblock. */
function parseMount(line: string): Mount | undefined {
  const [own = '', other = ''] = line.split(' - ');
  const [, , , root, target, options] = own.split(' ');
  const [type, , superOptions = ''] = other.split(' ');
  if (root === undefined || target === undefined || options === undefined || type === undefined)
    return undefined;
  return { root, target, options: options.split(','), type, superOptions: superOptions.split(',') };
}
