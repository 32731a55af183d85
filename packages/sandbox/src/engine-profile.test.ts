import { expect, it } from 'vitest';
import { assertCaps } from './engine-fitness.ts';
import { buildPodmanProfile, findPodmanProblem, toHostUid, type PodmanInfo } from './engine-profile.ts';

function messageOf(work: () => void): string {
  try {
    work();
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const MAP = [
  { container_id: 0, host_id: 4_343, size: 1 },
  { container_id: 1, host_id: 200_000, size: 65_536 },
];

function info(changes: Partial<PodmanInfo['host']> = {}): PodmanInfo {
  const idMappings = { uidmap: MAP, gidmap: MAP };
  const security = { rootless: true, seccompEnabled: true };
  return { host: { cgroupControllers: ['cpu', 'memory', 'pids'], idMappings, security, ...changes } };
}

it('is the same for every rootless Podman, but for its user and what is delegated to it', () => {
  expect(buildPodmanProfile(info({ cgroupControllers: ['memory', 'pids'] }))).toEqual({
    product: 'podman',
    uidRange: { first: 10_000, count: 50_000 },
    idRanges: [
      { inside: 0, host: 4_343, count: 1 },
      { inside: 1, host: 200_000, count: 65_536 },
    ],
    engineUid: 4_343,
    uncapped: ['cpu'],
    takesMounts: false,
  });
});

it.each([
  [['memory', 'pids', 'cpu'], []],
  [['memory'], ['processes', 'cpu']],
  [[], ['memory', 'processes', 'cpu']],
  [null, ['memory', 'processes', 'cpu']],
])('with the controllers %j it cannot cap %j', (cgroupControllers, uncapped) => {
  expect(buildPodmanProfile(info({ cgroupControllers })).uncapped).toEqual(uncapped);
});

it.each([
  [{}, /^$/],
  [{ security: { rootless: false, seccompEnabled: true } }, /is a Podman of root/],
  [{ security: null }, /is a Podman of root/],
  [{ security: { rootless: true } }, /is a Podman without seccomp/],
  [{ idMappings: { uidmap: MAP.slice(0, 1), gidmap: MAP } }, /too few subordinate ids/],
  [{ idMappings: { uidmap: MAP } }, /too few subordinate ids/],
  [{ idMappings: null }, /too few subordinate ids/],
])('of %j its problem is %j', (changes, problem) => {
  const found = findPodmanProblem(info(changes));
  expect(found ?? '').toMatch(problem);
});

it.each([
  [0, 4_343],
  [1, 200_000],
  [10_000, 209_999],
  [65_536, 265_535],
  [65_537, undefined],
])('knows uid %j inside as %j outside', (inside, outside) => {
  expect(toHostUid(buildPodmanProfile(info()), inside)).toBe(outside);
});

it('knows a uid as itself where there is no user namespace', () => {
  expect(toHostUid({ idRanges: [] }, 210_000)).toBe(210_000);
});

it.each([
  [[], false, /^$/],
  [['cpu'], false, /^$/],
  [['memory'], false, /^.*cannot cap the memory of a container.*DRYDOCK_ALLOW_UNCAPPED_ENGINE=true/],
  [['memory', 'processes', 'cpu'], false, /cannot cap the memory and processes of a container/],
  [['memory', 'processes'], true, /^$/],
] as const)('without caps on %j, allowed: %j, is refused as %s', (uncapped, allowUncappedEngine, words) => {
  const profile = { ...buildPodmanProfile(info()), uncapped };
  const check = () => assertCaps(profile, { allowUncappedEngine });
  expect(messageOf(check)).toMatch(words);
});
