// @ts-check
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { buildSystemEnv } from './config.mjs';
import { buildSources, findTransportOptions, INDEX_FORMAT } from './debian-mirrors.mjs';
import { runCommand } from './run-command.mjs';

/** @typedef {import('./context.mjs').SetupContext} SetupContext */
/** @typedef {import('./sandbox-image.mjs').ImageRecipe} ImageRecipe */

/**
 * @typedef {object} ImageBuild
 * @property {ImageRecipe} recipe
 * @property {string} imageDir `infra/images/universal`
 * @property {string} workDir Empty; belongs to this build.
 * @property {string} tarFile
 */

/**
 * Runs a program whose processes and mounts (mmdebstrap mounts /dev and /proc into the tree) end with setup, even
 * with one that is killed: the kernel takes the namespaces away with their first process.
 * @type {readonly [string, ...string[]]}
 */
const CONFINED = [
  'setpriv',
  '--pdeathsig=KILL',
  'unshare',
  '--mount',
  '--pid',
  '--mount-proc',
  '--fork',
  '--kill-child',
  '--',
];

/**
 * Debian's part of the image. Needs nothing of this repository's node modules.
 * @param {ImageBuild} build
 * @param {SetupContext} context
 */
export async function writeDebianPart({ recipe, imageDir, workDir, tarFile }, context) {
  const { config, signal, env, logFile } = context;
  const machine = {
    indexTargets: await ask(['apt-get', 'indextargets', '--format', INDEX_FORMAT], context),
    mirror: config.debianMirror,
  };
  const aptOptions = findTransportOptions(await ask(['apt-config', 'dump'], context));
  await runCommand(
    {
      title: 'unpacking the sandbox image',
      argv: [
        ...CONFINED,
        'mmdebstrap',
        '--mode=root',
        '--variant=essential',
        '--skip=output/dev,cleanup/apt,cleanup/mmdebstrap',
        ...aptOptions.map((option) => `--aptopt=${option}`),
        ...recipe.leaveOut.map((path) => `--dpkgopt=path-exclude=${path}`),
        ...recipe.keep.map((path) => `--dpkgopt=path-include=${path}`),
        `--include=${recipe.packages.join(',')}`,
        `--customize-hook=${join(imageDir, 'customize.sh')}`,
        recipe.suite,
        tarFile,
        ...buildSources(recipe.suite, machine),
      ],
      env: { ...buildSystemEnv(env), TMPDIR: workDir, SOURCE_DATE_EPOCH: String(recipe.sourceDateEpoch) },
      logFile: logFile('sandbox-image'),
      timeoutMs: 900_000,
      cure:
        'check that the Debian mirror can be reached (DRYDOCK_DEBIAN_MIRROR names another), ' +
        'or name an image of yours in DRYDOCK_SANDBOX_IMAGE',
    },
    signal,
  );
}

/** Owned by root, for everybody, and the same bytes every time; the last two follow symbolic and hard links. */
const TAR_OPTIONS = [
  '--append',
  '--format=posix',
  '--pax-option=delete=atime,delete=ctime',
  '--sort=name',
  '--numeric-owner',
  '--owner=0',
  '--group=0',
  '--mode=u=rwX,go=rX',
  '--dereference',
  '--hard-dereference',
];

/**
 * Appends Node, npm and oxlint as they are in node_modules, links followed: pnpm's links lead out of the image.
 * @param {ImageBuild} build
 * @param {SetupContext} context
 */
export async function appendNodePart({ recipe, imageDir, tarFile }, { config, signal, env, logFile }) {
  const append = async (
    /** @type {string} */ target,
    /** @type {string} */ from,
    /** @type {string[]} */ names,
  ) =>
    runCommand(
      {
        title: 'adding Node to the sandbox image',
        argv: [
          'tar',
          ...TAR_OPTIONS,
          `--file=${tarFile}`,
          `--mtime=@${recipe.sourceDateEpoch}`,
          `--transform=s,^,${target}/,`,
          `--directory=${from}`,
          ...names,
        ],
        env: buildSystemEnv(env),
        logFile: logFile('sandbox-image'),
        timeoutMs: 120_000,
        cure: 'free some space, and run this again',
      },
      signal,
    );
  await append('usr/local/bin', dirname(config.nodeBinary), ['node']);
  for (const name of recipe.npmPackages) {
    const { parent, names } = await listPackageDirs(join(imageDir, 'node_modules', name), name);
    await append('usr/local/lib/node_modules', parent, names);
  }
}

/**
 * A package and those it needs beside it: in pnpm's store they are siblings of its real folder.
 * @param {string} link
 * @param {string} name
 */
async function listPackageDirs(link, name) {
  const dir = await realpath(link);
  const parent = dir.slice(0, -name.length - 1);
  const { dependencies, optionalDependencies } = JSON.parse(
    await readFile(join(dir, 'package.json'), 'utf8'),
  );
  const needed = Object.keys({ ...dependencies, ...optionalDependencies });
  return { parent, names: [name, ...needed.filter((other) => existsSync(join(parent, other)))] };
}

/**
 * @param {[string, ...string[]]} argv
 * @param {SetupContext} context
 * @returns {Promise<string>} nothing where the machine has no apt
 */
async function ask([program, ...args], { signal, env }) {
  const asked = promisify(execFile)(program, args, { signal, env: buildSystemEnv(env), timeout: 30_000 });
  return asked.then(
    ({ stdout }) => stdout,
    () => '',
  );
}
