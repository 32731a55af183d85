// @ts-check
import { spawn } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { later } from './clock.mjs';
import { SetupProblem } from './setup-problem.mjs';

/**
 * @typedef {object} Command
 * @property {string} title What it does, for the error: "installing packages".
 * @property {readonly [string, ...string[]]} argv
 * @property {string} logFile Everything it prints is appended there.
 * @property {string} cure What the user does when it fails.
 * @property {number} timeoutMs
 * @property {Record<string, string | undefined>} env
 * @property {string} [cwd]
 * @property {boolean} [mustFinish] A half-done dpkg is worse than a late Ctrl-C: the signal does not stop it.
 */

const TAIL_LINES = 8;
const KILL_AFTER_MS = 5_000;

/**
 * Runs a program to its end in a process group of its own. Throws a SetupProblem with the last lines of its log.
 * @param {Command} command
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
export async function runCommand(command, signal) {
  signal.throwIfAborted();
  const deadline = AbortSignal.timeout(command.timeoutMs);
  const stop = command.mustFinish ? deadline : AbortSignal.any([signal, deadline]);
  const reason = await runToEnd(command, stop);
  signal.throwIfAborted();
  if (reason === undefined) return;
  const why = deadline.aborted ? `did not end within ${command.timeoutMs / 1000} s` : reason;
  throw new SetupProblem([
    {
      what: `${command.title} failed, it ${why}\n${await readTail(command.logFile)}`,
      cure: `${command.cure}; the whole log is ${command.logFile}`,
    },
  ]);
}

/**
 * @param {Command} command
 * @param {AbortSignal} stop
 * @returns {Promise<string | undefined>} why it failed
 */
async function runToEnd({ argv: [program, ...args], logFile, env, cwd }, stop) {
  const log = await open(logFile, 'a');
  try {
    await log.write(`$ ${[program, ...args].join(' ')}\n`);
    const child = spawn(program, args, {
      cwd,
      env,
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    });
    const onStop = () => killGroup(child);
    stop.addEventListener('abort', onStop, { once: true });
    try {
      return await waitForEnd(child);
    } finally {
      stop.removeEventListener('abort', onStop);
    }
  } finally {
    await log.close();
  }
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<string | undefined>}
 */
function waitForEnd(child) {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(`could not be started (${error.message})`));
    child.once('exit', (code, signal) =>
      resolve(code === 0 ? undefined : signal ? `was ended by ${signal}` : `ended with ${code}`),
    );
  });
}

/** @param {import('node:child_process').ChildProcess} child */
function killGroup(child) {
  sendToGroup(child, 'SIGTERM');
  later(KILL_AFTER_MS, () => sendToGroup(child, 'SIGKILL'));
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {NodeJS.Signals} signal
 */
function sendToGroup(child, signal) {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group ended between the check and the signal.
  }
}

/**
 * @param {string} file
 * @returns {Promise<string>} its last lines, indented
 */
export async function readTail(file) {
  const text = await readFile(file, 'utf8').catch(() => '');
  const lines = text.trimEnd().split('\n').slice(-TAIL_LINES);
  return lines.map((line) => `      ${line.slice(0, 300)}`).join('\n');
}
