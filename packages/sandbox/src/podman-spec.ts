import type { ContainerPolicy } from './find-violations.ts';
import { toVolumeOptions } from './podman-policy.ts';

/** Names the container whose a volume is, whether that was made or not. */
export const CONTAINER_LABEL = 'drydock.container';
const CPU_PERIOD_US = 100_000;

/** The container's file systems in memory, as volumes: the only way to cap their files and say whose they are. */
export function planVolumes(name: string, { Labels, HostConfig }: ContainerPolicy) {
  return Object.entries(HostConfig.Tmpfs).map(([target, options], index) => ({
    target,
    volume: {
      Name: `${name}-${index}`,
      Label: { ...Labels, [CONTAINER_LABEL]: name },
      Options: { type: 'tmpfs', device: 'tmpfs', o: toVolumeOptions(options) },
    },
  }));
}

/** A policy as a body of Podman's own create. Nothing of an image's configuration is taken over. */
export function buildPodmanSpec(name: string, policy: ContainerPolicy, seccompFile: string) {
  const { HostConfig: host } = policy;
  return {
    name,
    image: policy.Image,
    hostname: policy.Hostname,
    user: policy.User,
    work_dir: policy.WorkingDir,
    entrypoint: policy.Entrypoint,
    command: policy.Cmd,
    env: Object.fromEntries(policy.Env.map((entry) => splitAt(entry, '='))),
    unsetenvall: true,
    labels: policy.Labels,
    healthconfig: policy.Healthcheck,
    stop_signal: 9,
    stop_timeout: policy.StopTimeout,
    terminal: policy.Tty,
    stdin: policy.OpenStdin,
    remove: host.AutoRemove,
    init: host.Init,
    oci_runtime: host.Runtime,
    image_volume_mode: 'ignore',
    log_configuration: { driver: host.LogConfig.Type },
    manage_password: false,
    ...buildIsolation(host, seccompFile),
    ...buildFiles(name, policy),
    shm_size: host.ShmSize,
    oom_score_adj: host.OomScoreAdj,
    r_limits: host.Ulimits.map(({ Name, Soft, Hard }) => ({ type: Name, soft: Soft, hard: Hard })),
    resource_limits: buildLimits(host),
  };
}

function buildIsolation(host: ContainerPolicy['HostConfig'], seccompFile: string) {
  const own = { nsmode: 'private' };
  return {
    netns: { nsmode: host.NetworkMode },
    ipcns: own,
    pidns: own,
    utsns: own,
    cgroupns: own,
    privileged: host.Privileged,
    cap_add: host.CapAdd,
    cap_drop: host.CapDrop,
    no_new_privileges: true,
    seccomp_profile_path: seccompFile,
    read_only_filesystem: host.ReadonlyRootfs,
  };
}

function buildFiles(name: string, policy: ContainerPolicy) {
  const mounts = policy.HostConfig.Mounts.map(({ Type, Source, Target, ...mount }) => ({
    type: Type,
    source: Source,
    destination: Target,
    options: ['ro', 'BindOptions' in mount ? mount.BindOptions.Propagation : 'rprivate', 'nosuid', 'nodev'],
  }));
  const volumes = planVolumes(name, policy).map(({ target, volume }) => ({
    Name: volume.Name,
    Dest: target,
    Options: ['rw', 'exec', 'nosuid', 'nodev'],
  }));
  return { mounts, volumes };
}

/** Only what is capped: the rest is refused where its controller is missing. */
function buildLimits({ Memory, MemorySwap, NanoCpus, PidsLimit }: ContainerPolicy['HostConfig']) {
  const quota = Math.round((NanoCpus / 1e9) * CPU_PERIOD_US);
  return {
    ...(Memory === 0 ? {} : { memory: { limit: Memory, swap: MemorySwap } }),
    ...(PidsLimit === 0 ? {} : { pids: { limit: PidsLimit } }),
    ...(NanoCpus === 0 ? {} : { cpu: { quota, period: CPU_PERIOD_US } }),
  };
}

function splitAt(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return [text.slice(0, at), text.slice(at + 1)];
}
