// @ts-check
import { readFileSync } from 'node:fs';
import { lstat, readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';

/**
 * How a pid and a socket are looked at; tests answer themselves.
 * @typedef {object} HostView
 * @property {(pid: number) => string | undefined} findProcessName
 * @property {(socketPath: string) => Promise<boolean>} isListening
 */

/**
 * Pid files of an engine below its run directory, and whose pid they hold. dockerd joins a containerd that outlived
 * it, so that one must also listen; a dockerd that does not is dealt with before.
 */
const PID_FILES = [
  { file: 'docker.pid', owner: 'dockerd' },
  {
    file: 'docker/containerd/containerd.pid',
    owner: 'containerd',
    socket: 'docker/containerd/containerd.sock',
  },
];
/** Folders with sockets; the last is the one of a containerd service, which dockerd takes for alive when it is there. */
const SOCKET_DIRS = ['.', 'docker', 'docker/containerd', 'containerd'];
const SOCKET_NAME = /^(?:docker|containerd|metrics)(?:-debug)?\.sock(?:\.ttrpc)?$/;

/**
 * Removes what an engine that was killed (or a machine that was switched off) left: dockerd refuses to start beside a
 * pid file whose number any process has, and waits for a containerd behind a dead socket.
 * @param {string} runDir `/var/run`
 * @param {HostView} host
 * @returns {Promise<readonly string[]>} what was removed
 */
export async function removeStaleEngineFiles(runDir, host) {
  const removed = [];
  for (const { file, owner, socket } of PID_FILES) {
    const path = join(runDir, file);
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    const isDeaf = socket !== undefined && !(await host.isListening(join(runDir, socket)));
    if (isDeaf || isStalePid(text, owner, host)) {
      await rm(path, { force: true });
      removed.push(path);
    }
  }
  for (const path of await listSockets(runDir)) {
    if (await removeIfDead(path, host)) removed.push(path);
  }
  return removed;
}

/**
 * The process of a live engine, whether it answers or not.
 * @param {string} runDir
 * @param {HostView} host
 * @returns {Promise<number | undefined>}
 */
export async function findEngineProcess(runDir, host) {
  const text = await readFile(join(runDir, 'docker.pid'), 'utf8').catch(() => '');
  return text && !isStalePid(text, 'dockerd', host) ? Number(text) : undefined;
}

/**
 * @param {string} text
 * @param {string} owner
 * @param {Pick<HostView, 'findProcessName'>} host
 */
export function isStalePid(text, owner, host) {
  const pid = Number(text);
  // 0 and below would be process groups.
  return !Number.isInteger(pid) || pid <= 0 || host.findProcessName(pid) !== owner;
}

/**
 * @param {string} stat `/proc/<pid>/stat`: "123 (name) S …", where the name may hold anything
 * @returns {string | undefined} nothing for a zombie: it keeps its name and number until somebody reaps it
 */
export function parseProcessName(stat) {
  const [, name, state] = /^\d+ \((.*)\) (\S)/s.exec(stat) ?? [];
  return state === 'Z' || state === 'X' ? undefined : name;
}

/** @param {string} runDir */
async function listSockets(runDir) {
  const found = await Promise.all(
    SOCKET_DIRS.map(async (dir) => {
      const names = await readdir(join(runDir, dir)).catch(() => []);
      return names.filter((name) => SOCKET_NAME.test(name)).map((name) => join(runDir, dir, name));
    }),
  );
  return found.flat();
}

/**
 * @param {string} path
 * @param {HostView} host
 */
async function removeIfDead(path, host) {
  const entry = await lstat(path);
  // A container that was given the socket while there was none made a folder of that name.
  if (entry.isDirectory()) return rmdir(path).then(...YES_NO);
  if (!entry.isSocket() || (await host.isListening(path))) return false;
  await rm(path, { force: true });
  return true;
}

/** @type {[() => boolean, () => boolean]} */
const YES_NO = [() => true, () => false];

/** @type {HostView} */
export const REAL_HOST = {
  findProcessName(pid) {
    try {
      return parseProcessName(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    } catch {
      return undefined;
    }
  },
  isListening: (socketPath) =>
    new Promise((resolve) => {
      const socket = connect(socketPath, () => settle(true));
      // A full backlog or a slow owner is an owner.
      socket.setTimeout(2_000, () => settle(true));
      socket.once('error', () => settle(false));
      /** @param {boolean} answer */
      function settle(answer) {
        socket.destroy();
        resolve(answer);
      }
    }),
};
