import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@drydock/service-kit';
import { readSetupFacts } from './setup-facts.ts';

const START_ATTEMPTS = 300;
const STOP_TIMEOUT_MS = 10_000;
const REMOVE_ATTEMPTS = 20;
const POLL_MS = 50;

/** `runc`: a `crun` of 2022 refuses hybrid cgroups. How a process that was put in ended can be asked for 10 s, and not for 5 minutes: as long stays its supervisor. */
const CONTAINERS_CONF = `[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "none"
exit_command_delay = 10
`;

/**
 * A rootless Podman of a test's own, of a user that setup made, with the sandbox image. It dies with the test process;
 * disposing it ends its containers and removes its files.
 */
export class ThrowawayPodman implements AsyncDisposable {
  /** Its directory, which its user may pass through: for what sandboxes are to be given. */
  readonly dir: string;
  readonly socket: string;
  readonly uid: number;
  readonly gid: number;
  #engine: ChildProcess | undefined;

  private constructor(dir: string, { uid, gid }: { uid: number; gid: number }) {
    this.dir = dir;
    this.uid = uid;
    this.gid = gid;
    this.socket = join(dir, 'podman.sock');
  }

  static async start(): Promise<ThrowawayPodman> {
    const { podman } = readSetupFacts();
    if (podman === undefined) throw new Error('Setup found no Podman. Run: npm run setup -- --tests');
    const engine = new ThrowawayPodman(await mkdtemp(join(tmpdir(), 'drydock-podman-')), podman);
    try {
      await engine.#start(podman);
      return engine;
    } catch (error) {
      await engine[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** SIGSTOP: the socket takes connections and nothing answers. */
  freeze(): void {
    this.#engine?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#engine?.kill('SIGCONT');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const engine = this.#engine;
    this.#engine = undefined;
    if (engine && engine.exitCode === null && engine.signalCode === null) {
      const exited = once(engine, 'exit', { signal: AbortSignal.timeout(STOP_TIMEOUT_MS) });
      engine.kill('SIGKILL');
      await exited;
    }
    for (let attempt = 0; attempt < REMOVE_ATTEMPTS; attempt += 1) {
      const pids = await this.#listProcesses();
      if (pids.length === 0) break;
      for (const pid of pids) kill(pid);
      await systemClock.sleep(POLL_MS);
    }
    await rm(this.dir, { recursive: true, force: true, maxRetries: 5 });
  }

  /** An empty directory of its user's, for a service that runs as that. */
  async makeDirectory(name: string): Promise<string> {
    const path = join(this.dir, name);
    await mkdir(path, { mode: 0o700 });
    await chown(path, this.uid, this.gid);
    return path;
  }

  async #start({ uid, gid, imageStore }: { uid: number; gid: number; imageStore: string }): Promise<void> {
    const at = (name: string) => join(this.dir, name);
    await chown(this.dir, uid, gid);
    await chmod(this.dir, 0o711);
    for (const name of ['root', 'run', 'home']) await this.makeDirectory(name);
    await writeFile(at('containers.conf'), CONTAINERS_CONF);
    const storage = ['--root', at('root'), '--runroot', at('run'), '--storage-driver', 'overlay'];
    const argv = ['podman', ...storage, '--storage-opt', `additionalimagestore=${imageStore}`];
    const as = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--pdeathsig', 'KILL'];
    await using log = await open(at('podman.log'), 'a');
    this.#engine = spawn(
      'setpriv',
      [...as, ...argv, 'system', 'service', '--time=0', `unix://${this.socket}`],
      {
        cwd: '/',
        stdio: ['ignore', log.fd, log.fd],
        env: {
          PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
          HOME: at('home'),
          XDG_RUNTIME_DIR: at('home'),
          CONTAINERS_CONF: at('containers.conf'),
        },
      },
    );
    await this.#untilAnswers(this.#engine, at('podman.log'));
  }

  async #untilAnswers(engine: ChildProcess, log: string): Promise<void> {
    for (let attempt = 0; engine.exitCode === null && attempt < START_ATTEMPTS; attempt += 1) {
      if (await answers(this.socket)) return;
      await systemClock.sleep(POLL_MS);
    }
    throw new Error(`The Podman of this test does not answer:\n${await readFile(log, 'utf8')}`);
  }

  /** Supervisors of containers, which name this directory, what descends from them, and what keeps the user namespace. */
  async #listProcesses(): Promise<readonly number[]> {
    const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0 && pid !== process.pid);
    const named = await Promise.all(pids.map((pid) => isNamed(pid, this.dir)));
    const pause = await readFile(join(this.dir, 'home/libpod/tmp/pause.pid'), 'utf8').catch(() => '');
    return pids.filter((pid, index) => named[index] || pid === Number(pause || 0));
  }
}

async function isNamed(pid: number, dir: string): Promise<boolean> {
  const texts = ['cmdline', 'mountinfo'].map((name) =>
    readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => ''),
  );
  const [cmdline = '', mountinfo = ''] = await Promise.all(texts);
  // A container's own: its root is below the directory, and ours is not.
  return (
    cmdline.includes(dir) || mountinfo.split('\n').some((line) => / \/ \/ /.test(line) && line.includes(dir))
  );
}

/** One that has ended meanwhile is fine. */
function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ socketPath, path: '/_ping', timeout: 1_000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('error', () => resolve(false));
    request.on('timeout', () => request.destroy());
  });
}
