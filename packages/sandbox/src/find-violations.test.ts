import { InstanceId, SandboxId } from '@drydock/contracts';
import { describe, expect, it } from 'vitest';
import { buildContainerOptions } from './container-options.ts';
import type { ContainerInspection } from './docker-engine.ts';
import { findViolations } from './find-violations.ts';

const POLICY = buildContainerOptions({
  sandboxId: SandboxId.parse('sbx_0123456789abcdef'),
  instanceId: InstanceId.parse('abcd1234'),
  expiresAt: 1,
  imageId: 'sha256:feed',
  image: { env: ['LD_PRELOAD=/evil.so'], volumes: ['/data'] },
  runtime: 'runc',
  kernel: 'host',
  runtimeDir: '/srv/runtime',
  loader: 'lib/ld.so',
  program: 'agent',
  uid: 210_001,
  memoryBytes: 1,
  diskBytes: 1,
  cpus: 1,
  cpuset: '0',
  emptyFile: '/slot/empty',
  data: { kind: 'job', source: '/slot/job' },
});

/** What an engine reports of a container that is as it was to be. */
function inspection(
  changes: { config?: object; host?: object; mounts?: readonly object[]; networks?: object } = {},
) {
  const { HostConfig, Image, ...config } = POLICY;
  const mounts = HostConfig.Mounts.map(({ Type, Source, Target, ReadOnly }) => ({
    Type,
    Source,
    Destination: Target,
    RW: !ReadOnly || Type === 'tmpfs',
  }));
  return {
    Image,
    Config: { ...config, Labels: { ...config.Labels, 'com.example': 'of the image' }, ...changes.config },
    HostConfig: {
      ...HostConfig,
      CapAdd: null,
      Devices: null,
      Binds: null,
      MaskedPaths: ['/proc/asound', '/proc/kcore', '/proc/keys', '/proc/timer_list', '/sys/firmware'],
      ReadonlyPaths: ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'],
      ...changes.host,
    },
    Mounts: [...mounts, ...(changes.mounts ?? [])],
    NetworkSettings: { Networks: changes.networks ?? { none: {} } },
  } as unknown as ContainerInspection;
}

describe('findViolations', () => {
  it('finds nothing where the engine says the same in its own way', () => {
    expect(findViolations(POLICY, inspection())).toEqual([]);
  });

  it.each([
    [{ host: { Privileged: true } }, 'HostConfig.Privileged is true instead of false'],
    [{ host: { CapAdd: ['SYS_ADMIN'] } }, 'HostConfig.CapAdd is ["SYS_ADMIN"] instead of []'],
    [{ host: { NetworkMode: 'bridge' } }, 'HostConfig.NetworkMode is "bridge" instead of "none"'],
    [{ host: { Binds: ['/:/host'] } }, 'HostConfig.Binds is ["/:/host"] instead of nothing'],
    [
      { host: { SecurityOpt: ['seccomp=unconfined'] } },
      'HostConfig.SecurityOpt is ["seccomp=unconfined"] instead of ["no-new-privileges","seccomp={',
    ],
    [{ host: { MaskedPaths: null } }, 'HostConfig.MaskedPaths lacks /proc/kcore'],
    [{ host: { Memory: 2 } }, 'HostConfig.Memory is 2 instead of 335544322'],
    [{ config: { User: 'root' } }, 'Config.User is "root" instead of "210001:210001"'],
    [{ config: { Env: ['LD_PRELOAD=/evil.so'] } }, 'Config.Env is ["LD_PRELOAD=/evil.so"] instead of '],
    [
      { config: { Labels: { 'drydock.instance': 'other' } } },
      'Config.Labels is {"drydock.instance":"other"} instead of ',
    ],
    [{ mounts: [{ Type: 'volume', Destination: '/data2', RW: true }] }, 'volume at /data2'],
    [{ mounts: [{ Type: 'volume', Destination: '/job', RW: true }] }, 'volume at /job'],
    [{ mounts: [{ Type: 'bind', Destination: '/job', RW: true }] }, '/job is writable'],
    [{ networks: { none: {}, bridge: {} } }, 'Networks is ["bridge","none"] instead of ["none"]'],
  ])('names %j', (changes, reason) => {
    expect(findViolations(POLICY, inspection(changes)).join('; ')).toContain(reason);
  });
});
