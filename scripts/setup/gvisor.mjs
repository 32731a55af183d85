// @ts-check
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { waitUntil } from './clock.mjs';
import { listRuntimes } from './docker-api.mjs';
import { findCommand } from './find-command.mjs';
import { MACHINE_LOCKS, withLock } from './lock.mjs';
import { findEngineProcess, REAL_HOST } from './stale-engine.mjs';

/** @typedef {import('./context.mjs').SetupContext} SetupContext */

const ENGINE_CONFIG = '/etc/docker/daemon.json';
const RELOAD_TIMEOUT_MS = 10_000;
/**
 * No network but the guest's own lo. No cache of directory entries: it keeps files open, and a workspace that somebody
 * has open for writing cannot be made read-only.
 */
const RUNSC_ARGS = ['--network=none', '--dcache=0'];

/**
 * Has the engine know gVisor, for tests of tier `high`: a running engine reloads its runtimes from its configuration
 * without touching a container. One that the user named, or configured in a way of their own, is left alone.
 * @param {SetupContext} context
 * @returns {Promise<string | undefined>} the runtime's name; undefined where there is none, and tests say so
 */
export async function ensureGvisor(context) {
  const { config, signal, progress } = context;
  const path = config.testRunsc ?? findCommand('runsc');
  if (path === undefined) return undefined;
  const name = nameRuntime(config.testRunsc);
  const isKnown = async () => (await listRuntimes(config.dockerSocket, signal)).includes(name);
  if (await isKnown()) return name;
  if (config.dockerSocketVariable !== undefined) return undefined;
  return progress.part('gVisor runtime', (note) =>
    withLock(join(MACHINE_LOCKS, 'engine'), { signal, note }, async () => {
      if (await isKnown()) return name;
      const pid = await findEngineProcess('/var/run', REAL_HOST);
      const text = await readFile(ENGINE_CONFIG, 'utf8').catch(() => '{}');
      const changed = addRuntime(text, name, { path, runtimeArgs: RUNSC_ARGS });
      if (pid === undefined || changed === undefined) return undefined;
      await replaceFile(ENGINE_CONFIG, changed);
      process.kill(pid, 'SIGHUP');
      const isReloaded = await waitUntil(isKnown, { timeoutMs: RELOAD_TIMEOUT_MS, periodMs: 100, signal });
      return isReloaded ? name : undefined;
    }),
  );
}

/**
 * Debian's has the name that operators give theirs; one of the user's has its own, so that both can be known at once.
 * @param {string | undefined} path
 */
export function nameRuntime(path) {
  return path === undefined
    ? 'runsc'
    : `runsc-${createHash('sha256').update(path).digest('hex').slice(0, 8)}`;
}

/**
 * @param {string} text An engine's configuration.
 * @param {string} name
 * @param {object} runtime
 * @returns {string | undefined} the same with one runtime more; undefined where it is not ours to change
 */
export function addRuntime(text, name, runtime) {
  try {
    const config = JSON.parse(text);
    const runtimes = config.runtimes ?? {};
    if (typeof config !== 'object' || Array.isArray(config) || name in runtimes) return undefined;
    return `${JSON.stringify({ ...config, runtimes: { ...runtimes, [name]: runtime } }, null, 2)}\n`;
  } catch {
    return undefined;
  }
}

/**
 * @param {string} path
 * @param {string} text
 */
async function replaceFile(path, text) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.drydock`, text);
  await rename(`${path}.drydock`, path);
}
