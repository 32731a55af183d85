// @ts-check
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { buildSystemEnv } from './config.mjs';
import { runCommand } from './run-command.mjs';

/** @typedef {import('./context.mjs').SetupContext} SetupContext */

/** The server, and what it links that a machine without one may lack. */
const PACKAGES = ['openssh-server', 'libwrap0'];
const SSHD = 'usr/sbin/sshd';

/**
 * A real ssh server for tests of ssh git hosts: Debian's packages, unpacked into the cache. They are not installed, for
 * that would have the machine listen to ssh from its next start on.
 * @param {SetupContext} context
 * @returns {Promise<string | undefined>} the directory that holds `usr/sbin/sshd`; undefined where apt does not have it, and tests say so
 */
export async function ensureTestSshd(context) {
  const dir = join(context.config.cacheDir, 'sshd');
  if (existsSync(join('/', SSHD))) return '/';
  if (existsSync(join(dir, SSHD))) return dir;
  return context.progress.part('ssh server for tests', async (note) => {
    const next = `${dir}.${process.pid}`;
    try {
      await mkdir(next, { recursive: true });
      note('downloading');
      await run(context, next, ['apt-get', '-o', 'Acquire::Retries=3', 'download', ...PACKAGES]);
      for (const name of await readdir(next)) await run(context, next, ['dpkg-deb', '--extract', name, '.']);
      await rename(next, dir);
      return dir;
    } catch (error) {
      context.signal.throwIfAborted();
      note(`not here: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    } finally {
      await rm(next, { recursive: true, force: true });
    }
  });
}

/**
 * @param {SetupContext} context
 * @param {string} cwd
 * @param {readonly [string, ...string[]]} argv
 */
function run({ env, logFile, signal }, cwd, argv) {
  return runCommand(
    {
      title: argv.join(' '),
      argv,
      cwd,
      env: { ...buildSystemEnv(env), LC_ALL: 'C.UTF-8' },
      logFile: logFile('sshd'),
      timeoutMs: 120_000,
      cure: 'run apt-get update, or install openssh-server by hand',
    },
    signal,
  );
}
