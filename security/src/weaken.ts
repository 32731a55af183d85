import type { ContainerShape, SecurityCase } from './security-case.ts';

type Weaken = SecurityCase['weaken'];

/** The same container with other host settings. */
export function withHost(changes: Readonly<Record<string, unknown>>): Weaken {
  return (shape) => changeHost(shape, changes);
}

/** Not all there are: some machines are themselves in a box that lacks a few, and then no container may ask for them. */
const CAPABILITIES =
  'CHOWN DAC_OVERRIDE FOWNER KILL MKNOD NET_ADMIN NET_RAW SETGID SETUID SYSLOG SYS_ADMIN SYS_CHROOT SYS_PTRACE'.split(
    ' ',
  );

/** Root with capabilities, no filter, nothing masked and nothing read-only, in namespaces of its own all the same. */
export const asRoot: Weaken = (shape) => ({
  ...changeHost(shape, {
    CapDrop: [],
    CapAdd: CAPABILITIES,
    SecurityOpt: ['seccomp=unconfined', 'apparmor=unconfined'],
    MaskedPaths: [],
    ReadonlyPaths: [],
  }),
  User: '0:0',
});

/** The same with a device of the host's. */
export const asRootWithDevice: Weaken = (shape, canaries) => {
  const device = { PathOnHost: '/dev/kmsg', PathInContainer: '/dev/kmsg', CgroupPermissions: 'r' };
  return changeHost(asRoot(shape, canaries), { Devices: [device] });
};

export const withoutFilter: Weaken = withHost({ SecurityOpt: ['no-new-privileges', 'seccomp=unconfined'] });

/** On the host's network: loopback is the host's, and so is the abstract namespace of sockets. */
export const onHostNetwork: Weaken = withHost({ NetworkMode: 'host' });

export function withBind(source: 'dir' | 'canary.sock', target: string): Weaken {
  return (shape, { dir }) => {
    const mounts = shape.HostConfig['Mounts'] as readonly object[];
    const path = source === 'dir' ? dir : `${dir}/${source}`;
    return changeHost(shape, { Mounts: [...mounts, { Type: 'bind', Source: path, Target: target }] });
  };
}

export function withTmpfs(target: string, options: string): Weaken {
  return (shape) =>
    changeHost(shape, { Tmpfs: { ...(shape.HostConfig['Tmpfs'] as object), [target]: options } });
}

function changeHost(shape: ContainerShape, changes: Readonly<Record<string, unknown>>): ContainerShape {
  return { ...shape, HostConfig: { ...shape.HostConfig, ...changes } };
}
