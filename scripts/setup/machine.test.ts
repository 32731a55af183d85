import { describe, expect, test } from 'vitest';
import { findMachineProblems } from './machine.mjs';

const GIB = 1024 ** 3;
const GOOD = {
  platform: 'linux',
  arch: 'x64',
  uid: 0,
  hasApt: true,
  missingPackages: ['docker.io'],
  disks: [{ dir: '/data', freeBytes: 5 * GIB }],
  hasOverlay: true,
  hasLoop: true,
};

describe('findMachineProblems', () => {
  test('finds nothing on a Debian machine with room', () => {
    expect(findMachineProblems(GOOD, true)).toEqual([]);
  });

  test('needs no apt where nothing is missing', () => {
    expect(findMachineProblems({ ...GOOD, hasApt: false, missingPackages: [] }, true)).toEqual([]);
  });

  test('needs less room the second time', () => {
    const facts = { ...GOOD, disks: [{ dir: '/data', freeBytes: 2 * GIB }] };
    expect(findMachineProblems(facts, false)).toEqual([]);
    expect(findMachineProblems(facts, true)).toEqual([
      { what: '/data has 2.0 GiB free, 4 GiB are needed', cure: 'free some space there' },
    ]);
  });

  test('refuses a path that mount options cannot carry', () => {
    const facts = { ...GOOD, disks: [{ dir: '/home/a user/drydock', freeBytes: 5 * GIB }] };
    expect(findMachineProblems(facts, true)).toEqual([
      expect.objectContaining({ what: expect.stringContaining('"/home/a user/drydock"') }),
    ]);
  });

  test('names every problem at once, each with its cure', () => {
    const facts = {
      ...GOOD,
      arch: 's390x',
      uid: 1000,
      hasApt: false,
      disks: [{ dir: '/data', freeBytes: 0 }],
      hasOverlay: false,
      hasLoop: false,
    };
    const problems = findMachineProblems(facts, true);
    expect(problems.map(({ what }) => what)).toEqual([
      expect.stringContaining('s390x'),
      expect.stringContaining('not root (uid 1000)'),
      expect.stringContaining('docker.io'),
      expect.stringContaining('0.0 GiB free'),
      expect.stringContaining('overlay'),
      expect.stringContaining('loop'),
    ]);
    expect(problems.every(({ cure }) => cure.length > 0)).toBe(true);
  });

  test('says nothing else on another system', () => {
    expect(findMachineProblems({ ...GOOD, platform: 'darwin', uid: 501, hasOverlay: false }, true)).toEqual([
      { what: 'this is darwin, sandboxes need Linux', cure: 'run it in a Linux virtual machine' },
    ]);
  });
});
