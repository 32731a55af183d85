import { spawnSync } from 'node:child_process';
import { realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe } from 'vitest';
import type { Dependency } from './config.ts';
import { isPodmanOff, requiredDependencies } from './config.ts';
import { readSetupFacts } from './setup-facts.ts';

const DOCKER_SOCKET = '/var/run/docker.sock';
const PROBE_TIMEOUT_MS = 5_000;
const SEARCH_BY_OTHERS = 0o001;

/** Never left out without a word of the user's: it is one of the two engines. */
function findMissingPodman(): string | undefined {
  if (isPodmanOff()) return 'DRYDOCK_TEST_PODMAN is off';
  // Its user has to reach what sandboxes are given.
  if (readSetupFacts().podman !== undefined) return findClosedCheckout();
  throw new Error('Rootless Podman is not set up: npm run setup -- --tests, or DRYDOCK_TEST_PODMAN=off.');
}

/** Why another user could not run what is in this checkout. */
function findClosedCheckout(): string | undefined {
  for (let path = realpathSync(process.execPath); path !== dirname(path); path = dirname(path))
    if ((statSync(path).mode & SEARCH_BY_OTHERS) === 0) return `${path} is closed to other users`;
  return undefined;
}

/** Why a dependency cannot be used here; undefined where it can. */
const FIND_MISSING = {
  redis: () => (succeeds('redis-server', '--version') ? undefined : 'redis-server is not installed'),
  docker: () =>
    // A socket file outlives its engine: only a connection tells.
    succeeds(process.execPath, '-e', `require('node:net').connect('${DOCKER_SOCKET}', () => process.exit(0))`)
      ? undefined
      : `no Docker Engine answers at ${DOCKER_SOCKET}`,
  gvisor: () =>
    readSetupFacts().gvisorRuntime === undefined
      ? 'the engine has no gVisor: npm run setup -- --tests adds it where it may'
      : undefined,
  podman: findMissingPodman,
  'open checkout': findClosedCheckout,
  sshd: () =>
    readSetupFacts().sshServer === undefined
      ? 'there is no ssh server: npm run setup -- --tests gets it from Debian'
      : undefined,
  'debian gvisor': () =>
    readSetupFacts().debianGvisorRuntime === undefined
      ? 'the engine does not have that of Debian: npm run setup -- --tests adds it where it may'
      : undefined,
  'current gvisor': () => {
    const { gvisorRuntime, debianGvisorRuntime } = readSetupFacts();
    const isGiven = gvisorRuntime !== undefined && gvisorRuntime !== debianGvisorRuntime;
    return isGiven ? undefined : 'DRYDOCK_TEST_RUNSC names none (docs/deploy.md says how to get one)';
  },
  promtool: () =>
    succeeds('promtool', '--version') ? undefined : 'promtool (Debian package prometheus) is not installed',
} satisfies Record<Dependency, () => string | undefined>;

/**
 * `describe` for tests of a real dependency: skipped with a printed reason where it is missing. Throws, and so fails the
 * file, where `DRYDOCK_REQUIRE` names it.
 */
export function describeWith(dependency: Dependency, name: string, body: () => void): void {
  const reason = FIND_MISSING[dependency]();
  if (reason !== undefined && requiredDependencies().has(dependency)) {
    throw new Error(`DRYDOCK_REQUIRE names ${dependency}, but ${reason}.`);
  }
  if (reason !== undefined) process.stderr.write(`skipped: ${name}: ${reason}\n`);
  // oxlint-disable-next-line vitest/valid-title, vitest/valid-describe-callback -- name and body are the caller's
  describe.skipIf(reason !== undefined)(name, body);
}

function succeeds(command: string, ...args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore', timeout: PROBE_TIMEOUT_MS }).status === 0;
}
