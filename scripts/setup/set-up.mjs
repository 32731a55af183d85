// @ts-check
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isEngineAlive } from './docker-api.mjs';
import { ensureDockerEngine } from './docker-engine.mjs';
import { findCommand } from './find-command.mjs';
import { ensureGvisor } from './gvisor.mjs';
import { findMachineProblems, readMachineFacts } from './machine.mjs';
import { ensureNodeModules } from './node-modules.mjs';
import { ensurePackages, listMissingPackages } from './packages.mjs';
import { ensureRuntimeDir } from './runtime.mjs';
import { ensureSandboxImage } from './sandbox-image.mjs';
import { SetupProblem } from './setup-problem.mjs';
import { ensureTestPodman } from './test-podman.mjs';
import { ensureTestSshd } from './test-sshd.mjs';

/** @typedef {import('./context.mjs').SetupContext} SetupContext */

/**
 * `.cache/setup.json`: where everything is.
 * @typedef {object} SetupResult
 * @property {string} imageId `sha256:…`
 * @property {string} imageName
 * @property {string} runtimeDir
 * @property {string} dockerSocket
 * @property {string} redisServer
 * @property {string} [gvisorRuntime] Name of gVisor's runtime at the engine, the user's rather than Debian's, where tests can use it.
 * @property {string} [debianGvisorRuntime]
 * @property {string} [sshServer] The directory that holds `usr/sbin/sshd`, where tests can start one.
 * @property {import('./test-podman.mjs').TestPodman} [podman] Whom tests run a rootless Podman as, with the sandbox image.
 * @property {string} nodeBinary
 */

/**
 * Does whatever is not done yet. Parts that do not need each other run side by side; the first failure stops the rest.
 * @param {SetupContext} context
 * @param {AbortController} stop Aborts `context.signal`.
 * @returns {Promise<void>}
 */
export async function setUp(context, stop) {
  const { config, signal } = context;
  const needs = {
    engine: !config.dockerSocketVariable && !(await isEngineAlive(config.dockerSocket, signal)),
    image: !config.sandboxImage,
    gvisor: config.forTests,
    podman: config.forTests && config.testPodman,
    tests: config.forTests,
  };
  assertMachine(context, needs);
  await mkdir(config.cacheDir, { recursive: true });
  await ensurePackages(context, needs);

  const modules = ensureNodeModules(context);
  const image = ensureDockerEngine(context).then(() => ensureSandboxImage(context, modules));
  const runtime = modules.then(() => ensureRuntimeDir(context));
  const [{ imageId, imageName }, runtimeDir] = await allOrStop([image, runtime], stop);

  const gvisor = config.forTests ? await ensureGvisor(context) : {};
  const sshServer = config.forTests ? await ensureTestSshd(context) : undefined;
  const podman = needs.podman ? await ensureTestPodman(context, imageId) : undefined;
  const redisServer = findCommand('redis-server') ?? '';
  const { dockerSocket, nodeBinary } = config;
  const sshd = sshServer === undefined ? {} : { sshServer };
  const rootless = podman === undefined ? {} : { podman };
  const tools = { dockerSocket, redisServer, nodeBinary, ...gvisor, ...sshd, ...rootless };
  await writeResult(config, { imageId, imageName, runtimeDir, ...tools });
}

/**
 * @param {SetupContext} context
 * @param {import('./packages.mjs').Needs} needs
 */
function assertMachine({ config }, needs) {
  const dirs = [config.rootDir, '/var/lib/docker'];
  const facts = readMachineFacts(process.platform === 'linux' ? listMissingPackages(needs) : [], dirs);
  const problems = findMachineProblems(facts, !existsSync(resultFile(config)));
  if (problems.length > 0) throw new SetupProblem(problems);
}

/**
 * @template A, B
 * @param {[Promise<A>, Promise<B>]} parts
 * @param {AbortController} stop
 * @returns {Promise<[A, B]>} with every part at its end, so that nothing is left behind
 */
async function allOrStop(parts, stop) {
  try {
    return await Promise.all(parts);
  } catch (error) {
    stop.abort(error);
    await Promise.allSettled(parts);
    throw error;
  }
}

/** @param {import('./config.mjs').SetupConfig} config */
function resultFile(config) {
  return join(config.cacheDir, 'setup.json');
}

/**
 * @param {import('./config.mjs').SetupConfig} config
 * @param {SetupResult} result
 */
async function writeResult(config, result) {
  const file = resultFile(config);
  const text = `${JSON.stringify(result, null, 2)}\n`;
  if ((await readFile(file, 'utf8').catch(() => '')) === text) return;
  const temporary = `${file}.${process.pid}`;
  try {
    await writeFile(temporary, text);
    await rename(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
}
