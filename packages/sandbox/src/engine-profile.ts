import type { UidRange } from './uid-claims.ts';

/** What an engine could hold a container to, and may not be able to here. */
export type EngineCap = 'memory' | 'processes' | 'cpu';

/** Uids (and gids) of a user namespace, as this host numbers them. */
export interface IdRange {
  readonly inside: number;
  readonly host: number;
  readonly count: number;
}

/** What is different between engines, as data. */
export interface EngineProfile {
  readonly product: 'docker' | 'podman';
  /** Uids inside a container that sandboxes may have. */
  readonly uidRange: UidRange;
  /** How uids inside are numbered outside; empty where they are the same. */
  readonly idRanges: readonly IdRange[];
  /** Whom the engine runs as: bound directories and the seccomp profile have to be within reach of that user. */
  readonly engineUid: number;
  /** What no container is held to. */
  readonly uncapped: readonly EngineCap[];
  /** Whether a mount of this host can appear in a running container. */
  readonly takesMounts: boolean;
}

export const DOCKER_PROFILE: EngineProfile = {
  product: 'docker',
  uidRange: { first: 210_000, count: 50_000 },
  idRanges: [],
  engineUid: 0,
  uncapped: [],
  takesMounts: true,
};

/** What Podman says of itself at `/libpod/info`. */
export interface PodmanInfo {
  readonly host: {
    readonly cgroupControllers?: readonly string[] | null;
    readonly idMappings?: {
      readonly uidmap?: readonly PodmanIdRange[] | null;
      readonly gidmap?: readonly PodmanIdRange[] | null;
    } | null;
    readonly ociRuntime?: { readonly name?: string } | null;
    readonly security?: { readonly rootless?: boolean; readonly seccompEnabled?: boolean } | null;
  };
}

interface PodmanIdRange {
  readonly container_id: number;
  readonly host_id: number;
  readonly size: number;
}

/** Each cap's controller, which has to be delegated to the engine's user. On cgroup v1 none is. */
const CONTROLLERS: Readonly<Record<EngineCap, string>> = { memory: 'memory', processes: 'pids', cpu: 'cpu' };
/** Above the uids of images, below 65,533, which is the layers'. */
const ROOTLESS_UIDS: UidRange = { first: 10_000, count: 50_000 };
const NEEDED_IDS = 65_534;

export function buildPodmanProfile({ host }: PodmanInfo): EngineProfile {
  const idRanges = toRanges(host.idMappings?.uidmap);
  const caps = Object.entries(CONTROLLERS) as readonly [EngineCap, string][];
  const uncapped = caps.flatMap(([cap, name]) => (host.cgroupControllers?.includes(name) ? [] : [cap]));
  const engineUid = idRanges.find(({ inside }) => inside === 0)?.host ?? 0;
  return { product: 'podman', uidRange: ROOTLESS_UIDS, idRanges, engineUid, uncapped, takesMounts: false };
}

/** Why no sandbox may be started on that Podman, in words; undefined where there is no reason. */
export function findPodmanProblem({ host }: PodmanInfo): string | undefined {
  if (host.security?.rootless !== true) {
    return 'is a Podman of root, on which Drydock was never tried: take that of an unprivileged user, or Docker Engine.';
  }
  if (host.security.seccompEnabled !== true) return 'is a Podman without seccomp, which every sandbox needs.';
  const maps = [host.idMappings?.uidmap, host.idMappings?.gidmap];
  const isWide = maps.every((map) => toRanges(map).reduce((end, { count }) => end + count, 0) >= NEEDED_IDS);
  if (!isWide) {
    return 'is a Podman whose user has too few subordinate ids: give it 65,536 in /etc/subuid and /etc/subgid, then run `podman system migrate`.';
  }
  return undefined;
}

/** A uid inside as this host numbers it; undefined for one that does not exist there. */
export function toHostUid({ idRanges }: Pick<EngineProfile, 'idRanges'>, uid: number): number | undefined {
  if (idRanges.length === 0) return uid;
  const range = idRanges.find(({ inside, count }) => uid >= inside && uid < inside + count);
  return range === undefined ? undefined : range.host + uid - range.inside;
}

function toRanges(map: readonly PodmanIdRange[] | null | undefined): readonly IdRange[] {
  return (map ?? []).map(({ container_id: inside, host_id: host, size: count }) => ({ inside, host, count }));
}
