// @ts-check
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildSystemEnv } from './config.mjs';
import { findCommand } from './find-command.mjs';
import { MACHINE_LOCKS, withLock } from './lock.mjs';
import { runCommand } from './run-command.mjs';

/** @typedef {import('./context.mjs').SetupContext} SetupContext */

/**
 * @typedef {object} Needs
 * @property {boolean} engine
 * @property {boolean} image
 * @property {boolean} gvisor
 * @property {boolean} podman
 * @property {boolean} tests
 */

/**
 * What setup needs of the machine: a Debian package and the files that show it is there. A name without a slash is a
 * command. The `docker` command is not among them: nothing here uses it, and machines have it without an engine.
 * @type {readonly { name: string, shows: readonly string[], for?: keyof Needs }[]}
 */
const PACKAGES = [
  { name: 'docker.io', shows: ['dockerd', 'containerd', 'runc'], for: 'engine' },
  { name: 'mmdebstrap', shows: ['mmdebstrap'], for: 'image' },
  { name: 'debian-archive-keyring', shows: ['/usr/share/keyrings/debian-archive-keyring.gpg'], for: 'image' },
  { name: 'runsc', shows: ['runsc'], for: 'gvisor' },
  { name: 'podman', shows: ['podman', 'conmon'], for: 'podman' },
  { name: 'uidmap', shows: ['newuidmap', 'newgidmap'], for: 'podman' },
  { name: 'catatonit', shows: ['catatonit'], for: 'podman' },
  { name: 'openssh-client', shows: ['ssh', 'ssh-keygen'], for: 'tests' },
  { name: 'redis-server', shows: ['redis-server'] },
  { name: 'ripgrep', shows: ['rg'] },
  { name: 'git', shows: ['git'] },
  { name: 'tar', shows: ['tar'] },
  { name: 'e2fsprogs', shows: ['mkfs.ext4'] },
  { name: 'perl-base', shows: ['perl'] },
  { name: 'ca-certificates', shows: ['/etc/ssl/certs/ca-certificates.crt'] },
];

/**
 * @param {Needs} needs An engine that answers, or an image of the user's, needs nothing.
 * @param {(name: string) => boolean} has
 * @returns {readonly string[]}
 */
export function findMissingPackages(needs, has) {
  return PACKAGES.filter((entry) => (entry.for ? needs[entry.for] : true))
    .filter(({ shows }) => !shows.every(has))
    .map(({ name }) => name);
}

/** @param {Needs} needs */
export function listMissingPackages(needs) {
  return findMissingPackages(needs, (name) => findCommand(name) !== undefined);
}

/**
 * Installs what is missing. No service is started: the engine is started by its own part, and a Redis that belongs to
 * nobody would stay.
 * @param {SetupContext} context
 * @param {Needs} needs
 * @returns {Promise<void>}
 */
export async function ensurePackages(context, needs) {
  const missing = listMissingPackages(needs);
  if (missing.length === 0) return;
  await context.progress.part(`Packages (${missing.join(', ')})`, (note) =>
    withLock(join(MACHINE_LOCKS, 'packages'), { signal: context.signal, note }, async () => {
      const still = listMissingPackages(needs);
      if (still.length > 0) await install(still, context, note);
    }),
  );
}

/**
 * @param {readonly string[]} names
 * @param {SetupContext} context
 * @param {(text: string) => void} note
 */
async function install(names, { signal, logFile, env }, note) {
  const common = {
    logFile: logFile('packages'),
    env: { ...buildSystemEnv(env), DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' },
    cure: `install them by hand (apt-get install ${names.join(' ')}) and run this again`,
    mustFinish: true,
  };
  if (wasInterrupted()) {
    const argv = /** @type {const} */ (['dpkg', '--configure', '-a']);
    await runCommand({ ...common, title: 'finishing an interrupted dpkg', argv, timeoutMs: 300_000 }, signal);
  }
  await withoutServiceStarts(async () => {
    note('updating package lists');
    // A source of the user's that does not answer fails the update though everything needed may be there.
    const problem = await runCommand(
      { ...common, title: 'updating package lists', argv: aptGet('update'), timeoutMs: 300_000 },
      signal,
    ).catch((/** @type {unknown} */ error) => error);
    signal.throwIfAborted();
    note('installing');
    const argv = aptGet('install', '--yes', '--no-install-recommends', ...names);
    const title = problem
      ? 'installing packages (after updating package lists had failed)'
      : 'installing packages';
    await runCommand({ ...common, title, argv, timeoutMs: 1_200_000 }, signal);
  });
}

/**
 * @param {...string} args
 * @returns {readonly [string, ...string[]]}
 */
function aptGet(...args) {
  return ['apt-get', '-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=3', ...args];
}

/** dpkg leaves numbered files there when it was killed, and refuses to work until they are settled. */
function wasInterrupted() {
  const dir = '/var/lib/dpkg/updates';
  return existsSync(dir) && readdirSync(dir).some((name) => /^\d+$/.test(name));
}

const POLICY_FILE = '/usr/sbin/policy-rc.d';
const POLICY =
  '#!/bin/sh\n# Written by the setup of Drydock while it installs packages; may be removed.\nexit 101\n';

/**
 * Debian's own switch against service starts while packages are installed; one that the machine has is respected.
 * @param {() => Promise<void>} work
 */
async function withoutServiceStarts(work) {
  const isForeign = existsSync(POLICY_FILE) && readFileSync(POLICY_FILE, 'utf8') !== POLICY;
  if (isForeign) return work();
  try {
    await writeFile(POLICY_FILE, POLICY);
    await chmod(POLICY_FILE, 0o755);
    await work();
  } finally {
    await rm(POLICY_FILE, { force: true });
  }
}
