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
 * has open for writing cannot be made read-only. Unix sockets of the host may be connected to: the only one that a
 * sandbox finds is its way out.
 */
const RUNSC_ARGS = ['--network=none', '--dcache=0', '--host-uds=open'];
/** What setup registered before there was a way out. */
const OLD_RUNSC_ARGS = ['--network=none', '--dcache=0'];

/**
 * Has the engine know gVisor, for tests of tier `high`: Debian's, and one of the user's where they name it.
 * @param {SetupContext} context
 * @returns {Promise<{ gvisorRuntime?: string, debianGvisorRuntime?: string }>} names of runtimes, the user's first; nothing
 * where there is none, and tests say so
 */
export async function ensureGvisor(context) {
  const { testRunsc } = context.config;
  const debian = await ensureRuntime(context, { path: findCommand('runsc'), name: nameRuntime(undefined) });
  const own = testRunsc && (await ensureRuntime(context, { path: testRunsc, name: nameRuntime(testRunsc) }));
  const chosen = own || debian;
  return {
    ...(chosen === undefined ? {} : { gvisorRuntime: chosen }),
    ...(debian === undefined ? {} : { debianGvisorRuntime: debian }),
  };
}

/**
 * A running engine reloads its runtimes from its configuration without touching a container. One that the user named,
 * or configured in a way of their own, is left alone.
 * @param {SetupContext} context
 * @param {{ path: string | undefined, name: string }} runtime
 * @returns {Promise<string | undefined>} its name, where the engine knows it
 */
async function ensureRuntime(context, { path, name }) {
  const { config, signal, progress } = context;
  if (path === undefined) return undefined;
  const isKnown = async () => {
    const known = (await listRuntimes(config.dockerSocket, signal))[name];
    return known !== undefined && !isOutdated(known);
  };
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
    if (typeof config !== 'object' || Array.isArray(config)) return undefined;
    if (name in runtimes && !isOutdated(runtimes[name])) return undefined;
    return `${JSON.stringify({ ...config, runtimes: { ...runtimes, [name]: runtime } }, null, 2)}\n`;
  } catch {
    return undefined;
  }
}

/**
 * Whether a runtime is one that an earlier setup registered, and nobody has changed since.
 * @param {{ runtimeArgs?: readonly string[] }} runtime
 */
function isOutdated({ runtimeArgs }) {
  return JSON.stringify(runtimeArgs) === JSON.stringify(OLD_RUNSC_ARGS);
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
