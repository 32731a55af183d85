import { InstanceId, SandboxId } from '@drydock/contracts';
import { describe, expect, it } from 'vitest';
import { buildContainerOptions, type ContainerPlan } from './container-options.ts';
import { SECCOMP_OPTION } from './seccomp-profile.ts';

const MIB = 1_024 * 1_024;

const PLAN: ContainerPlan = {
  sandboxId: SandboxId.parse('sbx_0123456789abcdef'),
  instanceId: InstanceId.parse('abcd1234'),
  expiresAt: 1_700_000_000_000,
  imageId: 'sha256:feed',
  image: {
    env: [
      'PATH=/opt/tool/bin:/usr/bin',
      'LD_PRELOAD=/evil.so',
      'NODE_OPTIONS=--require=/evil.js',
      'HOME=/root',
    ],
    volumes: ['/var/lib/data', '/data'],
  },
  runtime: 'runc',
  kernel: 'host',
  runtimeDir: '/srv/runtime',
  loader: 'lib/ld-linux-x86-64.so.2',
  program: 'agent',
  uid: 210_001,
  memoryBytes: 1_024 * MIB,
  diskBytes: 512 * MIB,
  cpus: 1.5,
  cpuset: '0,1',
  cgroupParent: '/drydock-abcd1234',
  emptyFile: '/run/drydock/abcd1234/slots/sbx_0123456789abcdef/empty',
  data: { kind: 'job', source: '/run/drydock/abcd1234/slots/sbx_0123456789abcdef/job' },
};

describe('buildContainerOptions', () => {
  it('is the hardened container, whole', () => {
    expect(buildContainerOptions(PLAN)).toEqual({
      Image: 'sha256:feed',
      Hostname: 'drydock',
      User: '210001:210001',
      WorkingDir: '/',
      Entrypoint: [
        '/opt/drydock/lib/ld-linux-x86-64.so.2',
        '--inhibit-cache',
        '--library-path',
        '/opt/drydock/lib',
        '/opt/drydock/bin/node',
      ],
      Cmd: ['/opt/drydock/agent/agent.mjs'],
      Env: [
        'PATH=/opt/tool/bin:/usr/bin',
        'HOME=/job/home',
        'LANG=C.UTF-8',
        'TERM=dumb',
        'NO_COLOR=1',
        'PAGER=cat',
        'GIT_PAGER=cat',
        'LD_PRELOAD',
        'NODE_OPTIONS',
      ],
      Labels: {
        'drydock.instance': 'abcd1234',
        'drydock.sandbox': 'sbx_0123456789abcdef',
        'drydock.expires': '1700000000000',
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
      HostConfig: {
        Runtime: 'runc',
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
        LogConfig: { Type: 'none', Config: {} },
        Init: true,
        Memory: (1_024 + 512 + 256 + 64) * MIB,
        MemorySwap: (1_024 + 512 + 256 + 64) * MIB,
        NanoCpus: 1_500_000_000,
        CpusetCpus: '0,1',
        PidsLimit: 1_024,
        ShmSize: 64 * MIB,
        OomScoreAdj: 1_000,
        CgroupParent: '/drydock-abcd1234',
        Ulimits: [
          { Name: 'core', Soft: 0, Hard: 0 },
          { Name: 'fsize', Soft: 1_536 * MIB, Hard: 1_536 * MIB },
          { Name: 'msgqueue', Soft: 0, Hard: 0 },
          { Name: 'nofile', Soft: 4_096, Hard: 4_096 },
        ],
        Mounts: [
          {
            Type: 'bind',
            Source: '/srv/runtime',
            Target: '/opt/drydock',
            ReadOnly: true,
            BindOptions: { Propagation: 'rprivate' },
          },
          {
            Type: 'bind',
            Source: '/run/drydock/abcd1234/slots/sbx_0123456789abcdef/empty',
            Target: '/etc/ld.so.preload',
            ReadOnly: true,
            BindOptions: { Propagation: 'rprivate' },
          },
          {
            Type: 'bind',
            Source: '/run/drydock/abcd1234/slots/sbx_0123456789abcdef/job',
            Target: '/job',
            ReadOnly: true,
            BindOptions: { Propagation: 'rslave' },
          },
          {
            Type: 'tmpfs',
            Source: '',
            Target: '/data',
            ReadOnly: true,
            TmpfsOptions: { SizeBytes: 65_536, Mode: 0o555 },
          },
          {
            Type: 'tmpfs',
            Source: '',
            Target: '/var/lib/data',
            ReadOnly: true,
            TmpfsOptions: { SizeBytes: 65_536, Mode: 0o555 },
          },
        ],
        Tmpfs: { '/tmp': `rw,exec,nosuid,nodev,mode=1777,size=${256 * MIB},nr_inodes=65536` },
      },
    });
  });

  it('gives a builder one writable bind, the file system that it fills, and nothing else more', () => {
    const data = { kind: 'layer' as const, source: '/slot/layer' };
    const [sandbox, builder] = [buildContainerOptions(PLAN), buildContainerOptions({ ...PLAN, data })];
    const writable = builder.HostConfig.Mounts.filter(({ ReadOnly }) => !ReadOnly);
    expect(writable.map(({ Source, Target }) => [Source, Target])).toEqual([['/slot/layer', '/layer']]);
    expect({ ...builder.HostConfig, Mounts: [] }).toEqual({ ...sandbox.HostConfig, Mounts: [] });
  });

  it.each([['relative:/usr/bin'], [''], ['/usr/bin:']])(
    'does not take a PATH of the image like %j',
    (path) => {
      const { Env } = buildContainerOptions({ ...PLAN, image: { env: [`PATH=${path}`], volumes: [] } });
      expect(Env[0]).toBe('PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin');
    },
  );
});
