import { expect, test } from 'vitest';
import { findMissingPackages } from './packages.mjs';

const EVERYTHING = { engine: true, image: true, gvisor: false, podman: false, tests: false };
const without =
  (...missing: string[]) =>
  (name: string) =>
    !missing.includes(name);

test('a docker client without an engine is not an engine', () => {
  expect(findMissingPackages(EVERYTHING, without('dockerd'))).toEqual(['docker.io']);
  expect(findMissingPackages(EVERYTHING, without('docker'))).toEqual([]);
});

test('an engine that answers needs no package, whoever installed it', () => {
  expect(
    findMissingPackages(
      { engine: false, image: true, gvisor: false, podman: false, tests: false },
      without('dockerd', 'runc'),
    ),
  ).toEqual([]);
});

test('an image of the user needs nothing to make one', () => {
  expect(
    findMissingPackages(
      { engine: true, image: false, gvisor: false, podman: false, tests: false },
      without('mmdebstrap'),
    ),
  ).toEqual([]);
  expect(findMissingPackages(EVERYTHING, without('mmdebstrap'))).toEqual(['mmdebstrap']);
});

test('an empty machine needs all of them', () => {
  expect(findMissingPackages(EVERYTHING, () => false)).toEqual([
    'docker.io',
    'mmdebstrap',
    'debian-archive-keyring',
    'redis-server',
    'ripgrep',
    'git',
    'tar',
    'e2fsprogs',
    'perl-base',
    'ca-certificates',
  ]);
});
