import type { ContainerInspection } from './docker-engine.ts';
import { byTarget, fromVolumeOptions } from './podman-policy.ts';

/** What Podman's own API says of a container, as far as it is used. */
export interface PodmanInspection {
  readonly Id: string;
  readonly Image: string;
  readonly OCIRuntime: string;
  readonly State: { readonly Running: boolean; readonly Pid: number };
  readonly ExecIDs?: readonly string[] | null;
  readonly EffectiveCaps?: readonly string[] | null;
  readonly BoundingCaps?: readonly string[] | null;
  readonly Mounts?: readonly PodmanMount[] | null;
  readonly Config: {
    readonly Hostname: string;
    readonly Entrypoint?: string | readonly string[];
    readonly Env?: readonly string[] | null;
    readonly StopSignal: number | string;
  };
  readonly HostConfig: {
    readonly Tmpfs?: Readonly<Record<string, string>> | null;
    readonly Ulimits?: readonly { readonly Name: string }[] | null;
    readonly RestartPolicy?: { readonly Name: string } | null;
    readonly LogConfig?: { readonly Type: string } | null;
    readonly PidMode: string;
    readonly UTSMode: string;
    readonly CgroupMode?: string;
  };
}

interface PodmanMount {
  readonly Type: string;
  readonly Name?: string;
  readonly Source: string;
  readonly Destination: string;
  readonly Propagation: string;
  readonly RW: boolean;
}

export interface PodmanVolume {
  readonly Name: string;
  readonly Options?: Readonly<Record<string, string>> | null;
}

/** What Podman never says: the kernel is asked for the rest (`find-unconfined.ts`), and what only Docker knows is nothing here. */
export const UNREPORTED_BY_PODMAN: ReadonlySet<string> = new Set([
  'Config.StdinOnce',
  'Config.AttachStdin',
  'Config.AttachStdout',
  'Config.AttachStderr',
  // "shareable" whatever was asked for: others may join it, which only the engine's user can.
  'HostConfig.IpcMode',
  'HostConfig.MaskedPaths',
  'HostConfig.ReadonlyPaths',
  'Networks',
]);

const KILL = 9;

/** A container in Docker's words, so that one comparison with a policy serves both. */
export function toInspection(found: PodmanInspection, volumes: readonly PodmanVolume[]): ContainerInspection {
  const ours = new Map(volumes.map((volume) => [volume.Name, volume] as const));
  const mounts = found.Mounts ?? [];
  const spaces = mounts.filter(({ Name }) => Name !== undefined && ours.has(Name));
  const others = mounts.filter((mount) => !spaces.includes(mount));
  const tmpfs = new Map(found.HostConfig.Tmpfs ? Object.entries(found.HostConfig.Tmpfs) : []);
  for (const { Name = '', Destination } of spaces) tmpfs.set(Destination, describeSpace(ours.get(Name)));
  return {
    Id: found.Id,
    Image: `sha256:${found.Image}`,
    State: found.State,
    ExecIDs: found.ExecIDs ?? [],
    Mounts: others,
    NetworkSettings: { Networks: {} },
    Config: describeConfig(found.Config),
    HostConfig: {
      ...found.HostConfig,
      ...describeHost(found),
      Mounts: others.map(toMount).toSorted(byTarget),
      Tmpfs: Object.fromEntries(tmpfs),
    },
  } as unknown as ContainerInspection;
}

function describeConfig(config: PodmanInspection['Config']) {
  // Podman adds both to every container.
  const added = new Set(['container=podman', `HOSTNAME=${config.Hostname}`]);
  const { Entrypoint: entrypoint } = config;
  return {
    ...config,
    // One text: none of our words has a blank.
    Entrypoint: typeof entrypoint === 'string' ? entrypoint.split(' ') : entrypoint,
    Env: (config.Env ?? []).filter((entry) => !added.has(entry)),
    StopSignal: config.StopSignal === KILL ? 'SIGKILL' : config.StopSignal,
  };
}

function describeHost({ HostConfig: host, OCIRuntime, EffectiveCaps, BoundingCaps }: PodmanInspection) {
  const caps = [...(EffectiveCaps ?? []), ...(BoundingCaps ?? [])];
  return {
    Runtime: OCIRuntime,
    // The same mounts once more.
    Binds: undefined,
    // What is left counts, not what was dropped of some list.
    CapDrop: caps.length === 0 ? ['ALL'] : [`all but ${caps.join()}`],
    PidMode: ownNamespace(host.PidMode),
    UTSMode: ownNamespace(host.UTSMode),
    CgroupnsMode: host.CgroupMode,
    LogConfig: { Type: host.LogConfig?.Type },
    RestartPolicy: { Name: host.RestartPolicy?.Name || 'no' },
    Ulimits: (host.Ulimits ?? [])
      .map((limit) => ({ ...limit, Name: limit.Name.replace('RLIMIT_', '').toLowerCase() }))
      .toSorted((one, other) => (one.Name < other.Name ? -1 : 1)),
  };
}

function ownNamespace(mode: string): string {
  return mode === 'private' ? '' : mode;
}

/** `uid` and `gid` are among the options that were given, and once more beside them. */
function describeSpace(volume: PodmanVolume | undefined): string {
  const { type, o = '' } = volume?.Options ?? {};
  return type === 'tmpfs' ? fromVolumeOptions(o) : `${type ?? 'a directory'}: ${o}`;
}

function toMount({ Type, Source, Destination, Propagation, RW }: PodmanMount) {
  return { Type, Source, Target: Destination, ReadOnly: !RW, BindOptions: { Propagation } };
}
