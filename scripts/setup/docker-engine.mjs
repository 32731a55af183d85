// @ts-check
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { waitUntil } from './clock.mjs';
import { buildSystemEnv } from './config.mjs';
import { isEngineAlive } from './docker-api.mjs';
import { findCommand } from './find-command.mjs';
import { MACHINE_LOCKS, withLock } from './lock.mjs';
import { readTail } from './run-command.mjs';
import { SetupProblem } from './setup-problem.mjs';
import { findEngineProcess, REAL_HOST, removeStaleEngineFiles } from './stale-engine.mjs';

/** @typedef {import('./context.mjs').SetupContext} SetupContext */
/** @typedef {(text: string) => void} Note */

/**
 * Where an engine runs and how it is started; the tests start a private one.
 * @typedef {object} EnginePlace
 * @property {string} runDir
 * @property {string} socketPath
 * @property {string} logFile
 * @property {readonly string[]} args
 */

const START_TIMEOUT_MS = 60_000;
const POLL_MS = 100;

/** Sandboxes have no network: an engine without one serves as well. */
const WITHOUT_NETWORK = ['--iptables=false', '--bridge=none'];

/**
 * Starts Docker Engine as a service of the machine where none answers. One that the user named is theirs to start.
 * @param {SetupContext} context
 * @returns {Promise<void>}
 */
export async function ensureDockerEngine(context) {
  const { config, signal, progress } = context;
  const { dockerSocket, dockerSocketVariable } = config;
  if (await isEngineAlive(dockerSocket, signal)) return;
  if (dockerSocketVariable) {
    throw new SetupProblem([
      {
        what: `no Docker Engine answers at ${dockerSocket} (from ${dockerSocketVariable})`,
        cure: `start it, or unset ${dockerSocketVariable} to have one started here`,
      },
    ]);
  }
  await progress.part('Docker Engine', (note) =>
    withLock(join(MACHINE_LOCKS, 'engine'), { signal, note }, async () => {
      if (await isEngineAlive(dockerSocket, signal)) return;
      if (existsSync('/run/systemd/system')) return startWithSystemd(context);
      const place = {
        runDir: '/var/run',
        socketPath: dockerSocket,
        logFile: '/var/log/dockerd.log',
        args: [],
      };
      await startEngine(place, context, note);
    }),
  );
}

/** @param {SetupContext} context */
async function startWithSystemd({ config, signal, env }) {
  const cure = 'look at `journalctl --unit docker`, mend it, and run this again';
  const start = promisify(execFile)('systemctl', ['start', 'docker'], { signal, env: buildSystemEnv(env) });
  await start.catch((error) => {
    signal.throwIfAborted();
    throw new SetupProblem([{ what: `Docker Engine did not start: ${error.stderr.trim()}`, cure }], error);
  });
  if (await waitForEngine(config.dockerSocket, signal)) return;
  throw new SetupProblem([{ what: 'Docker Engine was started, but does not answer', cure }]);
}

/**
 * Starts dockerd in a session of its own, so that it outlives whoever started setup.
 * @param {EnginePlace} place
 * @param {Pick<SetupContext, 'signal' | 'env'>} context
 * @param {Note} note
 * @returns {Promise<void>}
 */
export async function startEngine(place, { signal, env }, note) {
  if (await joinLiveEngine(place, signal)) return;
  const removed = await removeStaleEngineFiles(place.runDir, REAL_HOST);
  if (removed.length > 0) note(`removed ${removed.length} stale files`);
  for (const args of [place.args, [...place.args, ...WITHOUT_NETWORK]]) {
    const child = await spawnEngine({ ...place, args }, env);
    const hasEnded = async () =>
      child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
    if (await waitForEngine(place.socketPath, signal, hasEnded)) return;
    if (child.exitCode === null || !isNetworkFailure(await readFile(place.logFile, 'utf8'))) break;
    note('the bridge does not work here, starting without a network');
  }
  throw new SetupProblem([
    {
      what: `Docker Engine did not start; the end of ${place.logFile}:\n${await readTail(place.logFile)}`,
      cure: 'mend what it names, or start an engine yourself, and run this again',
    },
  ]);
}

/**
 * Whether the end of dockerd's log is about its bridge or packet filter, which sandboxes do without.
 * @param {string} log
 */
export function isNetworkFailure(log) {
  const end = log.trimEnd().split('\n').slice(-5).join('\n');
  return /iptables|ip6tables|nftables|network controller|bridge|\bNAT\b/i.test(end);
}

/**
 * @param {EnginePlace} place
 * @param {Record<string, string | undefined>} env
 */
async function spawnEngine({ args, logFile }, env) {
  const log = await open(logFile, 'a');
  const child = spawn(findCommand('dockerd') ?? 'dockerd', args, {
    cwd: '/',
    env: buildSystemEnv(env),
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  });
  // A program that cannot be started shows as an engine that does not answer, with the error in its log.
  child.once('error', (error) => void log.write(`${error.message}\n`).finally(() => log.close()));
  child.once('spawn', () => void log.close());
  child.unref();
  return child;
}

/**
 * A dockerd that lives but does not answer is starting, or ending.
 * @param {EnginePlace} place
 * @param {AbortSignal} signal
 * @returns {Promise<boolean>} false when there is none, or no more
 */
async function joinLiveEngine({ runDir, socketPath }, signal) {
  const findPid = () => findEngineProcess(runDir, REAL_HOST);
  if ((await findPid()) === undefined) return false;
  if (await waitForEngine(socketPath, signal, async () => (await findPid()) === undefined)) return true;
  const pid = await findPid();
  if (pid === undefined) return false;
  throw new SetupProblem([
    {
      what: `dockerd (process ${pid}) runs, but does not answer at ${socketPath}`,
      cure: `end it (kill ${pid}) and run this again, or name its socket in DRYDOCK_DOCKER_SOCKET`,
    },
  ]);
}

/**
 * @param {string} socketPath
 * @param {AbortSignal} signal
 * @param {() => Promise<boolean>} [hasEnded] Nothing is waited for once it says so.
 */
async function waitForEngine(socketPath, signal, hasEnded = async () => false) {
  let isAlive = false;
  const isOver = async () => {
    isAlive = await isEngineAlive(socketPath, signal);
    return isAlive || hasEnded();
  };
  await waitUntil(isOver, { timeoutMs: START_TIMEOUT_MS, periodMs: POLL_MS, signal });
  return isAlive;
}
