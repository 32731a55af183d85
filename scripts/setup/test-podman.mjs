// @ts-check
import { existsSync, readFileSync } from 'node:fs';
import { chmod, chown, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildSystemEnv } from './config.mjs';
import { saveImage } from './docker-api.mjs';
import { MACHINE_LOCKS, withLock } from './lock.mjs';
import { runCommand } from './run-command.mjs';

/** @typedef {import('./context.mjs').SetupContext} SetupContext */

/**
 * @typedef {object} TestPodman
 * @property {number} uid
 * @property {number} gid
 * @property {string} imageStore A read-only store that has the sandbox image.
 */

const USER = 'drydock-podman';
/** Outside the checkout: the user has to pass through all that is above it. */
const HOME = '/var/lib/drydock-podman';

/**
 * A user without a login for tests of rootless Podman, with subordinate ids, and the sandbox image in a store of theirs.
 * @param {SetupContext} context
 * @param {string} imageId
 * @returns {Promise<TestPodman>}
 */
export async function ensureTestPodman(context, imageId) {
  const { signal, progress } = context;
  const imageStore = join(HOME, imageId.replace('sha256:', '').slice(0, 16));
  const known = findUser();
  if (known !== undefined && existsSync(join(imageStore, 'complete'))) return { ...known, imageStore };
  return progress.part('Podman for tests', (note) =>
    withLock(join(MACHINE_LOCKS, 'podman'), { signal, note }, async () => {
      if (findUser() === undefined) {
        const flags = [
          '--user-group',
          '--no-create-home',
          '--home-dir',
          HOME,
          '--shell',
          '/usr/sbin/nologin',
        ];
        await run(context, ['useradd', ...flags, USER]);
      }
      const user = findUser();
      if (user === undefined) throw new Error(`useradd made no ${USER}.`);
      if (!existsSync(join(imageStore, 'complete')))
        await fillStore(context, { ...user, imageStore }, { imageId, note });
      return { ...user, imageStore };
    }),
  );
}

/**
 * @param {SetupContext} context
 * @param {TestPodman} podman
 * @param {{ imageId: string, note: (text: string) => void }} image
 */
async function fillStore(context, { uid, gid, imageStore }, { imageId, note }) {
  const runDir = `${imageStore}.run`;
  const tar = `${imageStore}.tar`;
  try {
    await rm(imageStore, { recursive: true, force: true });
    await mkdir(HOME, { recursive: true });
    await chmod(HOME, 0o755);
    for (const dir of [imageStore, runDir]) {
      await mkdir(dir, { recursive: true });
      await chown(dir, uid, gid);
    }
    note('copying the sandbox image');
    await saveImage(context.config.dockerSocket, imageId, { file: tar, signal: context.signal });
    const as = ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
    const own = ['env', `HOME=${runDir}`, `XDG_RUNTIME_DIR=${runDir}`];
    const podman = ['podman', '--root', imageStore, '--runroot', runDir, '--storage-driver', 'overlay'];
    const argv = /** @type {const} */ ([
      'setpriv',
      ...as.slice(1),
      ...own,
      ...podman,
      'load',
      '--input',
      tar,
    ]);
    await run(context, argv);
    await writeFile(join(imageStore, 'complete'), '');
  } finally {
    await stopPause(runDir);
    await rm(tar, { force: true });
    await rm(runDir, { recursive: true, force: true });
  }
}

/**
 * The process that keeps a user namespace for Podman's next command.
 * @param {string} runDir
 */
async function stopPause(runDir) {
  const file = join(runDir, 'libpod/tmp/pause.pid');
  if (existsSync(file)) process.kill(Number(readFileSync(file, 'utf8')), 'SIGKILL');
}

function findUser() {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((each) => each.startsWith(`${USER}:`));
  if (line === undefined) return undefined;
  const [, , uid, gid] = line.split(':');
  return { uid: Number(uid), gid: Number(gid) };
}

/**
 * @param {SetupContext} context
 * @param {readonly [string, ...string[]]} argv
 */
function run({ env, logFile, signal }, argv) {
  return runCommand(
    {
      title: argv.join(' '),
      argv,
      cwd: '/',
      env: { ...buildSystemEnv(env), LC_ALL: 'C.UTF-8' },
      logFile: logFile('podman'),
      timeoutMs: 300_000,
      cure: 'DRYDOCK_TEST_PODMAN=off leaves the tests on rootless Podman out',
    },
    signal,
  );
}
