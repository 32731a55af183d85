// @ts-check
import { spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { every } from './clock.mjs';
import { findCommand } from './find-command.mjs';
import { SetupProblem } from './setup-problem.mjs';

/** Locks between the checkouts of one machine; empty again after a reboot. */
export const MACHINE_LOCKS = '/run/lock/drydock';

const WAIT_SECONDS = 900;
const PATIENCE_MS = 1_000;

/**
 * Runs `work` while a kernel lock on `path` is held. The lock belongs to a `flock` process that lives on our pipe:
 * however setup ends, the kernel lets go, so an owner can be slow but never stale.
 * @template T
 * @param {string} path
 * @param {{ signal: AbortSignal, note: (text: string) => void }} options `note` hears of a long wait.
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(path, { signal, note }, work) {
  const flock = findCommand('flock');
  if (!flock) throw new SetupProblem([{ what: 'flock is missing', cure: 'install the package util-linux' }]);
  await mkdir(dirname(path), { recursive: true });
  const holder = spawn(
    flock,
    ['--exclusive', '--wait', `${WAIT_SECONDS}`, '--close', path, 'sh', '-c', 'echo held && exec cat'],
    { stdio: ['pipe', 'pipe', 'ignore'] },
  );
  const stopNotes = every(
    PATIENCE_MS,
    () => void readOwner(path).then((owner) => note(`waiting for ${owner}`)),
  );
  try {
    await waitUntilHeld(holder, path, signal);
    stopNotes();
    note('');
    await writeFile(path, `${process.pid}\n`);
    return await work();
  } finally {
    stopNotes();
    holder.stdin.end();
    holder.kill('SIGKILL');
  }
}

/**
 * @param {import('node:child_process').ChildProcessByStdio<import('node:stream').Writable, import('node:stream').Readable, null>} holder
 * @param {string} path
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
async function waitUntilHeld(holder, path, signal) {
  /** @type {Promise<boolean>} */
  const isHeld = new Promise((resolve, reject) => {
    holder.stdout.once('data', () => resolve(true));
    holder.once('exit', () => resolve(false));
    holder.once('error', reject);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    if (signal.aborted) reject(signal.reason);
  });
  if (await isHeld) return;
  throw new SetupProblem([
    {
      what: `waited ${WAIT_SECONDS / 60} minutes for ${await readOwner(path)}`,
      cure: 'look at what it does, end it if it hangs, and run this again',
    },
  ]);
}

/** @param {string} path */
async function readOwner(path) {
  const pid = (await readFile(path, 'utf8').catch(() => '')).trim();
  return pid ? `another setup (process ${pid})` : 'another setup';
}
