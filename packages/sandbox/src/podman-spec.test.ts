import { InstanceId, SandboxId } from '@drydock/contracts';
import { expect, it } from 'vitest';
import { auditReport } from './audit-container.ts';
import { buildContainerOptions } from './container-options.ts';
import { buildPodmanProfile } from './engine-profile.ts';
import { toInspection, type PodmanInspection } from './podman-inspection.ts';
import { fromVolumeOptions, toPodmanPolicy, toVolumeOptions } from './podman-policy.ts';
import { buildPodmanSpec, planVolumes } from './podman-spec.ts';

const MIB = 1_024 * 1_024;
const NAME = 'drydock-abcd1234-sbx_0123456789abcdef';
const DIR = '/run/drydock/abcd1234/shared/slots/sbx_0123456789abcdef';

const RAW = buildContainerOptions({
  sandboxId: SandboxId.parse('sbx_0123456789abcdef'),
  instanceId: InstanceId.parse('abcd1234'),
  expiresAt: 1,
  imageId: 'sha256:feed',
  image: { env: ['PATH=/usr/bin', 'LD_PRELOAD=/evil.so'], volumes: ['/data'] },
  runtime: 'runc',
  kernel: 'host',
  runtimeDir: '/srv/runtime',
  loader: 'lib/ld.so',
  program: 'agent',
  uid: 10_001,
  memoryBytes: 256 * MIB,
  diskBytes: 32 * MIB + 1,
  cpus: 1.5,
  cpuset: '0,1',
  emptyFile: `${DIR}/empty`,
  data: {
    kind: 'copied_job',
    source: `${DIR}/job`,
    layer: '/data/layers/.slot',
    guestUid: 10_002,
    keeperUid: 10_004,
  },
});

const profileWith = (cgroupControllers: readonly string[]) =>
  buildPodmanProfile({ host: { cgroupControllers } });
const CAPPED = profileWith(['memory', 'pids', 'cpu']);
const POLICY = toPodmanPolicy(RAW, CAPPED);

it('makes the hardened container, and takes nothing of an image over', () => {
  const { entrypoint, mounts, volumes, env, r_limits, resource_limits, ...spec } = buildPodmanSpec(
    NAME,
    POLICY,
    '/run/drydock/abcd1234/seccomp.json',
  );
  expect(spec).toEqual({
    name: NAME,
    image: 'sha256:feed',
    hostname: 'drydock',
    user: '10001:10001',
    work_dir: '/',
    command: ['/opt/drydock/agent/agent.mjs'],
    unsetenvall: true,
    labels: POLICY.Labels,
    healthconfig: { Test: ['NONE'] },
    stop_signal: 9,
    stop_timeout: 1,
    terminal: false,
    stdin: true,
    remove: true,
    init: true,
    oci_runtime: 'runc',
    image_volume_mode: 'ignore',
    log_configuration: { driver: 'none' },
    manage_password: false,
    netns: { nsmode: 'none' },
    ipcns: { nsmode: 'private' },
    pidns: { nsmode: 'private' },
    utsns: { nsmode: 'private' },
    cgroupns: { nsmode: 'private' },
    privileged: false,
    cap_add: [],
    cap_drop: ['ALL'],
    no_new_privileges: true,
    seccomp_profile_path: '/run/drydock/abcd1234/seccomp.json',
    read_only_filesystem: true,
    shm_size: 64 * MIB,
    oom_score_adj: 1_000,
  });
  expect(entrypoint[0]).toBe('/opt/drydock/lib/ld.so');
  expect(Object.keys(env)).toEqual(['PATH', 'HOME', 'LANG', 'TERM', 'NO_COLOR', 'PAGER', 'GIT_PAGER']);
  expect(mounts.map(({ destination, options }) => `${destination} ${options.join()}`)).toEqual([
    '/etc/ld.so.preload ro,rprivate,nosuid,nodev',
    '/job ro,rprivate,nosuid,nodev',
    '/job/layer ro,rprivate,nosuid,nodev',
    '/opt/drydock ro,rprivate,nosuid,nodev',
  ]);
  expect(volumes).toContainEqual({
    Name: `${NAME}-1`,
    Dest: '/job/work',
    Options: ['rw', 'exec', 'nosuid', 'nodev'],
  });
  expect(r_limits).toContainEqual({ type: 'nproc', soft: 1_024, hard: 1_024 });
  const bytes = POLICY.HostConfig.Memory;
  expect(resource_limits).toEqual({
    memory: { limit: bytes, swap: bytes },
    pids: { limit: 1_024 },
    cpu: { quota: 150_000, period: 100_000 },
  });
});

it('asks for no limit that the engine cannot keep', () => {
  const policy = toPodmanPolicy(RAW, profileWith([]));
  expect(buildPodmanSpec(NAME, policy, '/x').resource_limits).toEqual({});
});

it('makes every file system in memory a volume with caps on its bytes and files, and an owner', () => {
  const [, work] = planVolumes(NAME, POLICY);
  expect(work).toEqual({
    target: '/job/work',
    volume: {
      Name: `${NAME}-1`,
      Label: { ...POLICY.Labels, 'drydock.container': NAME },
      Options: {
        type: 'tmpfs',
        device: 'tmpfs',
        o: 'nosuid,nodev,mode=0755,uid=10002,gid=10002,nr_blocks=8193,nr_inodes=16384',
      },
    },
  });
});

it('reads the options of a volume back as they were asked for', () => {
  for (const options of Object.values(POLICY.HostConfig.Tmpfs))
    expect(fromVolumeOptions(toVolumeOptions(options))).toBe(options);
});

/** What Podman says of a container that is as it was to be. */
function report(changes: { root?: object; config?: object; host?: object; mounts?: readonly object[] } = {}) {
  const { HostConfig, Image, Env, Entrypoint, ...config } = POLICY;
  const volumes = planVolumes(NAME, POLICY);
  const bind = { Type: 'bind', Propagation: 'rprivate', RW: false };
  return {
    Id: 'c0ffee',
    Image: Image.slice('sha256:'.length),
    OCIRuntime: 'runc',
    State: { Running: true, Pid: 1 },
    EffectiveCaps: null,
    BoundingCaps: null,
    Mounts: [
      ...volumes.map(({ target, volume }) => ({
        Type: 'volume',
        Name: volume.Name,
        Destination: target,
        RW: true,
      })),
      ...HostConfig.Mounts.toReversed().map(({ Source, Target }) => ({
        ...bind,
        Source,
        Destination: Target,
      })),
      ...(changes.mounts ?? []),
    ],
    Config: {
      ...config,
      Entrypoint: Entrypoint?.join(' '),
      Env: ['container=podman', ...Env, 'HOSTNAME=drydock'],
      StopSignal: 9,
      StdinOnce: false,
      ...changes.config,
    },
    HostConfig: {
      ...HostConfig,
      Binds: ['the same once more'],
      CapDrop: ['CAP_CHOWN'],
      IpcMode: 'shareable',
      PidMode: 'private',
      UTSMode: 'private',
      CgroupMode: 'private',
      RestartPolicy: { Name: '', MaximumRetryCount: 0 },
      Runtime: 'oci',
      Tmpfs: null,
      Ulimits: HostConfig.Ulimits.toReversed().map((each) => ({
        ...each,
        Name: `RLIMIT_${each.Name.toUpperCase()}`,
      })),
      ...changes.host,
    },
    ...changes.root,
  } as unknown as PodmanInspection;
}

const audit = (changes: Parameters<typeof report>[0] = {}) => {
  const volumes = planVolumes(NAME, POLICY).map(({ volume }) => volume);
  return auditReport(CAPPED, POLICY, toInspection(report(changes), volumes));
};

it('finds nothing where Podman says the same in its own way', () => {
  expect(audit()).toEqual([]);
});

it.each([
  [{ root: { EffectiveCaps: ['CAP_CHOWN'] } }, 'CapDrop is ["all but CAP_CHOWN"] instead of ["ALL"]'],
  [{ root: { BoundingCaps: ['CAP_CHOWN'] } }, 'CapDrop is ["all but CAP_CHOWN"]'],
  [{ root: { OCIRuntime: 'crun' } }, 'HostConfig.Runtime is "crun"'],
  [{ root: { Image: 'beef' } }, 'Image is sha256:beef'],
  [{ config: { User: '0:0' } }, 'Config.User is "0:0"'],
  [{ config: { StopSignal: 15 } }, 'Config.StopSignal is 15'],
  [{ config: { Env: ['LD_PRELOAD=/evil.so'] } }, 'Config.Env is ["LD_PRELOAD=/evil.so"]'],
  [{ host: { Memory: 0 } }, 'HostConfig.Memory is 0 instead of'],
  [{ host: { PidsLimit: 0 } }, 'HostConfig.PidsLimit is 0 instead of 1024'],
  [{ host: { NetworkMode: 'slirp4netns' } }, 'HostConfig.NetworkMode is "slirp4netns"'],
  [{ host: { PidMode: 'host' } }, 'HostConfig.PidMode is "host"'],
  [{ host: { Privileged: true } }, 'HostConfig.Privileged is true'],
  [{ host: { SecurityOpt: [] } }, 'HostConfig.SecurityOpt is [] instead of ["no-new-privileges"]'],
  [{ host: { Ulimits: [] } }, 'HostConfig.Ulimits is []'],
  [{ host: { Tmpfs: { '/run': 'rw' } } }, 'HostConfig.Tmpfs is'],
  [{ mounts: [{ Type: 'volume', Name: 'other', Destination: '/data', RW: true }] }, 'volume at /data'],
  [{ mounts: [{ Type: 'bind', Source: '/', Destination: '/host', RW: false }] }, 'bind at /host'],
])('names %j', (changes, words) => {
  expect(audit(changes).join('; ')).toContain(words);
});

it('takes a volume on disk for what it is', () => {
  const [first, ...rest] = planVolumes(NAME, POLICY).map(({ volume }) => volume);
  const onDisk = { Name: first?.Name ?? '', Options: {} };
  const found = auditReport(CAPPED, POLICY, toInspection(report(), [onDisk, ...rest]));
  expect(found.join()).toContain('"/tmp":"a directory');
});
