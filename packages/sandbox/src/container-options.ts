import type { InstanceId, SandboxId } from '@drydock/contracts';
import type { ContainerOptions, ImageFacts } from './docker-engine.ts';
import {
  copySpaceBytes,
  planCopySpaces,
  toTmpfsOptions,
  type CopyOwners,
  type TmpfsSpace,
} from './copy-spaces.ts';
import { GUEST, guestArgv, type GuestProgram } from './guest-layout.ts';
import type { ImageSize } from './layer-image.ts';
import { SECCOMP_OPTION } from './seccomp-profile.ts';

const MIB = 1_024 * 1_024;
export const TMP_BYTES = 256 * MIB;
export const SHM_BYTES = 64 * MIB;

export type ContainerData =
  | { readonly kind: 'job'; readonly source: string }
  /** A slot whose workspace is unpacked inside, from the layer in the directory. */
  | (CopyOwners & { readonly kind: 'copied_job'; readonly source: string; readonly layer: string })
  /** A builder may read one bare repository beside it. */
  | { readonly kind: 'layer'; readonly source: string; readonly mirrorDir?: string }
  /** A builder that fills memory of its own and writes it out at its end. */
  | { readonly kind: 'copied_layer'; readonly size: ImageSize; readonly mirrorDir?: string };

/** What differs between two containers. Everything else about them is the same, and written once, below. */
export interface ContainerPlan {
  readonly sandboxId: SandboxId;
  readonly instanceId: InstanceId;
  /** Epoch milliseconds, in a label: the reaper's fallback. */
  readonly expiresAt: number;
  readonly imageId: string;
  readonly image: ImageFacts;
  /** The OCI runtime, by the name that the engine knows it under. */
  readonly runtime: string;
  /** Whose kernel the guest talks to: the host's, or one that the runtime brings. */
  readonly kernel: 'host' | 'own';
  readonly runtimeDir: string;
  readonly loader: string;
  readonly program: GuestProgram;
  readonly args?: readonly string[];
  /** Uid and gid of the main process. */
  readonly uid: number;
  /** For processes; file systems in memory are added. */
  readonly memoryBytes: number;
  /** What the slot's tmpfs may hold: its pages are charged to the container. */
  readonly diskBytes: number;
  readonly cpus: number;
  /** Cores by number: a test runner forks once per core that it sees, whatever its quota. */
  readonly cpuset: string;
  /** A cgroup whose limits hold for all sandboxes together; absent where the driver names cgroups itself. */
  readonly cgroupParent?: string;
  /** An empty host file. */
  readonly emptyFile: string;
  /** The slot's directory, or the empty file system that a builder fills. */
  readonly data: ContainerData;
}

export function containerName(instanceId: InstanceId, sandboxId: SandboxId): string {
  return `drydock-${instanceId}-${sandboxId}`;
}

/**
 * The hardened container, whole. An image's own configuration is as hostile as its files: entry point, health check,
 * environment, volumes, user, stop signal and working directory are all replaced.
 */
export function buildContainerOptions(plan: ContainerPlan) {
  const [entrypoint, ...command] = splitArgv(plan);
  return {
    Image: plan.imageId,
    Hostname: 'drydock',
    User: `${plan.uid}:${plan.uid}`,
    WorkingDir: '/',
    Entrypoint: entrypoint,
    Cmd: command,
    Env: buildEnv(plan.image),
    Labels: {
      'drydock.instance': plan.instanceId,
      'drydock.sandbox': plan.sandboxId,
      'drydock.expires': String(plan.expiresAt),
    },
    Healthcheck: { Test: ['NONE'] },
    StopSignal: 'SIGKILL',
    StopTimeout: 1,
    Tty: false,
    OpenStdin: true,
    StdinOnce: true,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    HostConfig: { Runtime: plan.runtime, ...ISOLATION, ...buildLimits(plan), ...buildFiles(plan) },
  } satisfies ContainerOptions;
}

const ISOLATION = {
  NetworkMode: 'none',
  IpcMode: 'private',
  CgroupnsMode: 'private',
  PidMode: '',
  UTSMode: '',
  UsernsMode: '',
  Privileged: false,
  CapAdd: [],
  CapDrop: ['ALL'],
  GroupAdd: [],
  Devices: [],
  SecurityOpt: ['no-new-privileges', SECCOMP_OPTION],
  ReadonlyRootfs: true,
  PublishAllPorts: false,
  AutoRemove: true,
  RestartPolicy: { Name: 'no', MaximumRetryCount: 0 },
  // A log driver writes what the guest prints to the host's disk, without a limit.
  LogConfig: { Type: 'none', Config: {} },
  Init: true,
};

type HeldPlan = Pick<ContainerPlan, 'memoryBytes' | 'diskBytes'> & {
  readonly data?: Pick<ContainerData, 'kind'>;
};

/** What a container may hold: memory of its processes, and of its file systems in memory. */
export function heldBytes(plan: HeldPlan): number {
  const isCopied = plan.data?.kind === 'copied_job';
  const diskBytes = isCopied ? copySpaceBytes(plan.diskBytes) : plan.diskBytes;
  return plan.memoryBytes + diskBytes + TMP_BYTES + SHM_BYTES;
}

function buildLimits(plan: ContainerPlan) {
  const memoryBytes = heldBytes(plan);
  return {
    Memory: memoryBytes,
    // No swap, so that a full memory ends the guest and not the host's disk.
    MemorySwap: memoryBytes,
    NanoCpus: Math.round(plan.cpus * 1e9),
    CpusetCpus: plan.cpuset,
    PidsLimit: 1_024,
    ShmSize: SHM_BYTES,
    // The kernel's first victim: host and Redis outlive jobs.
    OomScoreAdj: 1_000,
    ...(plan.cgroupParent === undefined ? {} : { CgroupParent: plan.cgroupParent }),
    // No nproc: it counts a uid's processes on the whole host. Ordered by name, as the engine reports them.
    Ulimits: [
      limit('core', 0),
      // Above any file system here: a full one says ENOSPC, while this limit kills (SIGXFSZ) whoever makes a huge hole.
      limit('fsize', 2 * (plan.diskBytes + TMP_BYTES)),
      // POSIX message queues are kernel memory that no file system cap counts.
      limit('msgqueue', 0),
      limit('nofile', 4_096),
    ],
  };
}

function buildFiles(plan: ContainerPlan) {
  const { data } = plan;
  return {
    Mounts: [
      bind(plan.runtimeDir, GUEST.runtime),
      bind(plan.emptyFile, '/etc/ld.so.preload'),
      ...bindData(data, plan.kernel),
      ...('mirrorDir' in data && data.mirrorDir !== undefined ? [bind(data.mirrorDir, GUEST.mirror)] : []),
      ...plan.image.volumes.toSorted().map(coverVolume),
    ],
    // Programs run from /tmp: compilers and test runners put theirs there (go test), and the workspace runs them too.
    Tmpfs: {
      '/tmp': `rw,exec,nosuid,nodev,mode=1777,size=${TMP_BYTES},nr_inodes=65536`,
      ...Object.fromEntries(listSpaces(plan).map((space) => [space.target, toTmpfsOptions(space)])),
    },
  };
}

function bindData(data: ContainerData, kernel: ContainerPlan['kernel']) {
  switch (data.kind) {
    case 'job':
      return [bindSlot(data.source, kernel)];
    case 'copied_job':
      return [bind(data.source, GUEST.job), bind(data.layer, GUEST.jobLayer)];
    case 'layer':
      return [{ ...bind(data.source, GUEST.layer), ReadOnly: false }];
    case 'copied_layer':
      return [];
  }
}

function listSpaces({ data, diskBytes, uid }: ContainerPlan): readonly TmpfsSpace[] {
  if (data.kind === 'copied_job') return planCopySpaces(diskBytes, data);
  if (data.kind !== 'copied_layer') return [];
  const { bytes: sizeBytes, inodes } = data.size;
  return [{ target: GUEST.layer, sizeBytes, inodes, uid, mode: '0755' }];
}

function bind(source: string, target: string) {
  const mount = { Type: 'bind' as const, Source: source, Target: target, ReadOnly: true };
  return { ...mount, BindOptions: { Propagation: 'rprivate' as 'rprivate' | 'rslave' } };
}

/**
 * The slot shows what is mounted into it later. A runtime with its own kernel sees one file system there, with one flag
 * for all of it; the slot's directories belong to root, who is nobody in there.
 */
function bindSlot(source: string, kernel: ContainerPlan['kernel']) {
  const mount = { ...bind(source, GUEST.job), ReadOnly: kernel === 'host' };
  return { ...mount, BindOptions: { Propagation: 'rslave' as const } };
}

/** A volume would be a writable directory of the host. This is an empty place that only root could write. */
function coverVolume(target: string) {
  const options = { SizeBytes: 65_536, Mode: 0o555 };
  return { Type: 'tmpfs' as const, Source: '', Target: target, ReadOnly: true, TmpfsOptions: options };
}

function splitArgv({ loader, program, args = [] }: ContainerPlan): [string[], ...string[]] {
  const argv = guestArgv(loader, program);
  const script = argv.at(-1) ?? '';
  return [argv.slice(0, -1), script, ...args];
}

function limit(name: string, value: number) {
  return { Name: name, Soft: value, Hard: value };
}

/** What every process inside finds in its environment, beside PATH. */
const GUEST_ENV = {
  HOME: GUEST.home,
  LANG: 'C.UTF-8',
  TERM: 'dumb',
  NO_COLOR: '1',
  PAGER: 'cat',
  GIT_PAGER: 'cat',
} as const;

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * The whole environment. A name without `=` is taken out of what the image sets: loader variables would reach our own
 * programs. The image's PATH alone stays, since its tools may be anywhere and ours are started by absolute paths.
 */
function buildEnv({ env }: ImageFacts): string[] {
  const image = new Map(env.map((entry) => splitEntry(entry)));
  const path = image.get('PATH') ?? '';
  const isAbsolute = path.split(':').every((dir) => dir.startsWith('/'));
  const ours = { PATH: isAbsolute ? path : DEFAULT_PATH, ...GUEST_ENV };
  const unset = [...image.keys()].filter((name) => !Object.hasOwn(ours, name)).toSorted();
  return [...Object.entries(ours).map(([name, value]) => `${name}=${value}`), ...unset];
}

function splitEntry(entry: string): readonly [string, string] {
  const [name = ''] = entry.split('=', 1);
  return [name, entry.slice(name.length + 1)];
}
