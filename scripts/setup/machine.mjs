// @ts-check
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { findCommand } from './find-command.mjs';

/** @typedef {import('./setup-problem.mjs').Problem} Problem */

/**
 * @typedef {object} MachineFacts
 * @property {string} platform
 * @property {string} arch
 * @property {number} uid
 * @property {boolean} hasApt
 * @property {readonly string[]} missingPackages
 * @property {readonly { dir: string, freeBytes: number }[]} disks
 * @property {boolean} hasOverlay
 * @property {boolean} hasLoop
 */

/** Those that package.json has a node-linux-* package for. */
const ARCHITECTURES = ['x64', 'arm64'];
const GIB = 1024 ** 3;
/** The same rule as in packages/sandbox: layers and the runtime below these directories are mounted. */
const MOUNTABLE_PATH = /^\/[A-Za-z0-9_./-]*$/;
/** What Docker, the image, the modules and a few jobs take; a set-up machine needs room for jobs only. */
const NEEDED_GIB = { first: 4, again: 1 };

/**
 * Everything that stands in the way at once, so that one round of mending is enough.
 * @param {MachineFacts} facts
 * @param {boolean} isFirstTime
 * @returns {readonly Problem[]}
 */
export function findMachineProblems(facts, isFirstTime) {
  if (facts.platform !== 'linux') {
    return [
      { what: `this is ${facts.platform}, sandboxes need Linux`, cure: 'run it in a Linux virtual machine' },
    ];
  }
  const neededGib = isFirstTime ? NEEDED_GIB.first : NEEDED_GIB.again;
  return [
    ...when(!ARCHITECTURES.includes(facts.arch), {
      what: `the processor is ${facts.arch}, and Node is shipped for ${ARCHITECTURES.join(' and ')}`,
      cure: 'run it on one of these',
    }),
    ...when(facts.uid !== 0, {
      what: `not root (uid ${facts.uid}), and sandboxes need mounts`,
      cure: 'run it again with sudo',
    }),
    ...when(facts.missingPackages.length > 0 && !facts.hasApt, {
      what: `no apt-get here, and these Debian packages (or what they hold) are missing: ${facts.missingPackages.join(', ')}`,
      cure: "install them with this system's own package manager, and run it again",
    }),
    ...facts.disks
      .filter(({ freeBytes }) => freeBytes < neededGib * GIB)
      .map(({ dir, freeBytes }) => ({
        what: `${dir} has ${(freeBytes / GIB).toFixed(1)} GiB free, ${neededGib} GiB are needed`,
        cure: 'free some space there',
      })),
    ...facts.disks
      .filter(({ dir }) => !MOUNTABLE_PATH.test(dir))
      .map(({ dir }) => ({
        what: `the path ${JSON.stringify(dir)} has a character that mount options cannot carry`,
        cure: 'use a directory whose path has letters, digits, `.`, `_` and `-` only',
      })),
    ...when(!facts.hasOverlay, {
      what: 'the kernel has no overlay file system',
      cure: 'load it with `modprobe overlay`, or use a kernel that has it',
    }),
    ...when(!facts.hasLoop, {
      what: 'the kernel has no loop devices',
      cure: 'load them with `modprobe loop`, or use a kernel that has them',
    }),
  ];
}

/**
 * @param {readonly string[]} missingPackages
 * @param {readonly string[]} dirs Where much will be written; they need not exist yet.
 * @returns {MachineFacts}
 */
export function readMachineFacts(missingPackages, dirs) {
  return {
    platform: process.platform,
    arch: process.arch,
    uid: process.getuid?.() ?? -1,
    hasApt: findCommand('apt-get') !== undefined,
    missingPackages,
    disks: dirs.map((dir) => ({ dir, freeBytes: readFreeBytes(dir) })),
    hasOverlay: hasFeature('overlay', () => /\toverlay$/m.test(readFileSync('/proc/filesystems', 'utf8'))),
    hasLoop: hasFeature('loop', () => existsSync('/dev/loop-control')),
  };
}

/**
 * @param {boolean} condition
 * @param {Problem} problem
 */
function when(condition, problem) {
  return condition ? [problem] : [];
}

/** @param {string} dir */
function readFreeBytes(dir) {
  let existing = dir;
  while (!existsSync(existing)) existing = dirname(existing);
  const { bavail, bsize } = statfsSync(existing);
  return bavail * bsize;
}

/**
 * Many kernels load these on first use only.
 * @param {string} module
 * @param {() => boolean} isThere
 */
function hasFeature(module, isThere) {
  if (process.platform !== 'linux') return false;
  const modprobe = findCommand('modprobe');
  if (isThere() || !modprobe) return isThere();
  try {
    execFileSync(modprobe, [module], { stdio: 'ignore', timeout: 10_000 });
  } catch {
    // Not root, no modprobe or no such module: what counts is whether the feature is there now.
  }
  return isThere();
}
