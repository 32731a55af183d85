// @ts-check
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { withLock } from './lock.mjs';
import { runCommand } from './run-command.mjs';

/** @typedef {import('./context.mjs').SetupContext} SetupContext */

const PNPM_VERSION = '12.21.0';
const PNPM_MAJOR = 12;

/**
 * Installs the workspace with the locked versions where it differs from the lock file.
 * @param {SetupContext} context
 * @returns {Promise<void>}
 */
export async function ensureNodeModules(context) {
  const { config, progress, signal } = context;
  // An image was installed with --prod, which never equals the lock file; it must not grow at its start.
  if (config.isProduction || (await isInstalled(config))) return;
  await progress.part('Node modules', (note) =>
    withLock(join(config.cacheDir, 'locks/node-modules'), { signal, note }, async () => {
      if (!(await isInstalled(config))) await install(context);
    }),
  );
}

/**
 * pnpm writes a copy of the lock file when it is done.
 * @param {import('./config.mjs').SetupConfig} config
 */
async function isInstalled({ rootDir, nodeBinary }) {
  const [wanted, installed] = await Promise.all([
    readFile(join(rootDir, 'pnpm-lock.yaml')),
    readFile(join(rootDir, 'node_modules/.pnpm/lock.yaml')).catch(() => undefined),
  ]);
  return installed !== undefined && wanted.equals(installed) && existsSync(nodeBinary);
}

/** @param {SetupContext} context */
async function install({ config, env, signal, logFile }) {
  const pnpm = await findPnpm(env, signal);
  await runCommand(
    {
      title: 'installing node modules',
      argv: [...pnpm, 'install', '--frozen-lockfile'],
      cwd: config.rootDir,
      // CI: replace what another package manager installed without asking, there is nobody to answer.
      env: { ...env, CI: 'true' },
      logFile: logFile('node-modules'),
      timeoutMs: 900_000,
      cure: 'check that the npm registry can be reached (npm ping) and run this again',
    },
    signal,
  );
}

/**
 * Only the major version that wrote the lock file: the one before does not start on the Node of many systems.
 * @param {Record<string, string | undefined>} env
 * @param {AbortSignal} signal
 * @returns {Promise<readonly [string, ...string[]]>}
 */
async function findPnpm(env, signal) {
  const asked = promisify(execFile)('pnpm', ['--version'], {
    env: { ...env, COREPACK_ENABLE_DOWNLOAD_PROMPT: '0' },
    timeout: 10_000,
    signal,
  });
  const version = await asked.then(
    ({ stdout }) => stdout.trim(),
    () => '',
  );
  signal.throwIfAborted();
  return choosePnpm(version);
}

/**
 * @param {string} version What `pnpm --version` said; empty where there is none.
 * @returns {readonly [string, ...string[]]}
 */
export function choosePnpm(version) {
  return version.startsWith(`${PNPM_MAJOR}.`)
    ? ['pnpm']
    : ['npx', '--yes', '--loglevel=error', `pnpm@${PNPM_VERSION}`];
}
