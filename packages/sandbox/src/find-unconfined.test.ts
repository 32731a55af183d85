import { expect, it } from 'vitest';
import { findUnconfined } from './find-unconfined.ts';
import type { ContainerPolicy } from './find-violations.ts';

const POLICY = {
  HostConfig: { Tmpfs: { '/job/work': 'rw,exec,nosuid,nodev,mode=0755,size=33554432,nr_inodes=16384' } },
} as unknown as ContainerPolicy;

const STATUS = [
  ...['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'].map((name) => `${name}:\t0000000000000000`),
  'NoNewPrivs:\t1',
  'Seccomp:\t2',
  'Seccomp_filters:\t1',
].join('\n');

const MOUNTINFO = [
  '1 0 0:77 / / ro,relatime - overlay overlay rw,userxattr',
  '2 1 0:89 / /proc rw,nosuid,nodev,noexec - proc proc rw',
  ...['bus', 'fs', 'irq', 'sys'].map((name) => `3 2 0:89 /${name} /proc/${name} ro,nosuid - proc proc rw`),
  '4 2 0:6 /null /proc/keys rw,relatime - devtmpfs devtmpfs rw',
  '5 2 0:6 /null /proc/timer_list rw,relatime - devtmpfs devtmpfs rw',
  '6 1 0:90 / /sys ro,nosuid - sysfs sysfs rw',
  '7 6 0:93 / /sys/firmware ro,relatime - tmpfs tmpfs ro',
  '8 1 0:86 / /dev rw,nosuid,noexec - tmpfs tmpfs rw,size=65536k',
  '9 8 0:6 /urandom /dev/urandom rw,relatime - devtmpfs devtmpfs rw',
  '10 1 254:0 /srv/runtime /opt/drydock ro,nosuid,nodev - ext4 /dev/vda rw',
  '11 1 0:81 / /job/work rw,nosuid,nodev,relatime - tmpfs tmpfs rw,size=32768k,nr_inodes=16384,mode=755',
].join('\n');

const INTERFACES = 'Inter-|   Receive\n face |bytes\n    lo:       0       0\n';
const facts = (changes: object = {}) => ({
  status: STATUS,
  mountinfo: MOUNTINFO,
  interfaces: INTERFACES,
  ...changes,
});
const replaced = (from: string, to: string) => ({ mountinfo: MOUNTINFO.replace(from, to) });

it('finds nothing where the kernel holds a container to its policy', () => {
  expect(findUnconfined(POLICY, facts())).toEqual([]);
});

it.each([
  [
    { status: STATUS.replace('CapEff:\t0000000000000000', 'CapEff:\t0000000000000001') },
    'CapEff is 0000000000000001',
  ],
  [{ status: STATUS.replace('NoNewPrivs:\t1', 'NoNewPrivs:\t0') }, 'NoNewPrivs is 0 instead of 1'],
  [{ status: STATUS.replace('Seccomp:\t2', 'Seccomp:\t0') }, 'Seccomp is 0 instead of 2'],
  [{ interfaces: `${INTERFACES}  tap0: 1 1\n` }, 'it has the interface tap0'],
  [replaced('/opt/drydock ro,', '/opt/drydock rw,'), '/opt/drydock is writable'],
  [replaced('/ / ro,', '/ / rw,'), '/ is writable'],
  [replaced('/urandom /dev/urandom', '/vda /dev/vda'), '/dev/vda is writable'],
  [replaced('/null /proc/keys', '/keys /proc/keys'), '/proc/keys is not masked'],
  [replaced('/proc/sys ro,', '/proc/sys rw,'), '/proc/sys is not read-only'],
  [replaced('nr_inodes=16384', 'nr_inodes=0'), '/job/work has nr_inodes=0 instead of nr_inodes=16384'],
  [replaced('size=32768k', 'size=99999k'), '/job/work has size=99999k instead of size=32768k'],
  [replaced('/job/work rw,nosuid,', '/job/work rw,'), '/job/work is not nosuid'],
  [replaced('/ /job/work', '/ /job/other'), '/job/work is no file system in memory'],
])('names %j', (changes, words) => {
  expect(findUnconfined(POLICY, facts(changes)).join('; ')).toContain(words);
});

it('takes what cannot be read for a departure, all of it', () => {
  const found = findUnconfined(POLICY, { status: '', mountinfo: '', interfaces: '' });
  expect(found).toEqual(
    expect.arrayContaining([
      'Seccomp is unknown instead of 2',
      'it has the interface (unknown)',
      'its mounts cannot be read',
      '/job/work is no file system in memory',
    ]),
  );
});
