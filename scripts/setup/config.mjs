// @ts-check
import { join } from 'node:path';
import { SetupProblem } from './setup-problem.mjs';

/**
 * @typedef {object} SetupConfig
 * @property {string} rootDir The checkout.
 * @property {string} cacheDir What setup made for this checkout.
 * @property {boolean} isProduction Node modules are the image's business then.
 * @property {string} dockerSocket
 * @property {string | undefined} dockerSocketVariable The variable that named the socket: then the engine is the user's.
 * @property {string | undefined} sandboxImage An image of the user's instead of the default one.
 * @property {string | undefined} debianMirror
 * @property {string} nodeBinary The project's own Node.
 * @property {boolean} forTests Whether what only tests need is set up too.
 * @property {boolean} testPodman Whether tests run on rootless Podman too: not with `DRYDOCK_TEST_PODMAN=off`.
 * @property {string | undefined} testRunsc A gVisor of the user's for the tests, instead of Debian's.
 */

/**
 * @param {Record<string, string | undefined>} env
 * @param {string} rootDir
 * @param {readonly string[]} [args]
 * @returns {SetupConfig}
 */
export function parseConfig(env, rootDir, args = []) {
  return {
    rootDir,
    cacheDir: join(rootDir, '.cache'),
    isProduction: env['NODE_ENV'] === 'production',
    ...parseDockerSocket(env),
    sandboxImage: env['DRYDOCK_SANDBOX_IMAGE'] || undefined,
    debianMirror: env['DRYDOCK_DEBIAN_MIRROR'] || undefined,
    nodeBinary: join(rootDir, `node_modules/node-linux-${process.arch}/bin/node`),
    forTests: args.includes('--tests'),
    testPodman: env['DRYDOCK_TEST_PODMAN'] !== 'off',
    testRunsc: env['DRYDOCK_TEST_RUNSC'] || undefined,
  };
}

/** @param {Record<string, string | undefined>} env */
function parseDockerSocket(env) {
  const path = env['DRYDOCK_DOCKER_SOCKET'];
  if (path) return { dockerSocket: path, dockerSocketVariable: 'DRYDOCK_DOCKER_SOCKET' };
  const host = env['DOCKER_HOST'];
  if (!host) return { dockerSocket: '/var/run/docker.sock', dockerSocketVariable: undefined };
  if (!host.startsWith('unix://')) {
    throw new SetupProblem([
      {
        what: `DOCKER_HOST is ${host}, but sandboxes need mounts of the machine that the engine runs on`,
        cure: 'unset it, or set it to unix:///path/of/a/local/engine.sock',
      },
    ]);
  }
  return { dockerSocket: host.slice('unix://'.length), dockerSocketVariable: 'DOCKER_HOST' };
}

const PASSED_ON = /^(?:https?_proxy|no_proxy|all_proxy|tz|lang|lc_all|home)$/i;
export const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * The environment of a machine's own programs (apt, dockerd): proxies go in, keys and npm's variables do not.
 * @param {Record<string, string | undefined>} env
 * @returns {Record<string, string>}
 */
export function buildSystemEnv(env) {
  /** @type {Record<string, string>} */
  const kept = { PATH: SYSTEM_PATH };
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && PASSED_ON.test(name)) kept[name] = value;
  }
  return kept;
}
