import type { ChildProcess } from 'node:child_process';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import { mkdir, mkdtemp, open, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { systemClock } from '@drydock/service-kit';
import { readSetupFacts } from './setup-facts.ts';

const run = promisify(execFile);

/** 30 s in all, and more where it answers slowly. */
const START_ATTEMPTS = 600;
/** Containers of an engine that is asked to end get 10 s from it, and are killed then. */
const STOP_TIMEOUT_MS = 30_000;
const COPY_TIMEOUT_MS = 120_000;
const CLIENT_TIMEOUT_MS = 30_000;
const POLL_MS = 50;
const LOG_CHARACTERS = 2_000;

/**
 * A real Docker Engine of a test's own, without a network or an image, in a directory of its own. It can be frozen and
 * killed as the machine's must not be. It dies with the test process, however that ends; disposing it ends its containers
 * and removes its files.
 */
export class ThrowawayDocker implements AsyncDisposable {
  readonly socket: string;
  readonly #dir: string;
  readonly #log: string;
  #engine: ChildProcess | undefined;

  private constructor(dir: string) {
    this.#dir = dir;
    this.socket = join(dir, 'docker.sock');
    this.#log = join(dir, 'dockerd.log');
  }

  static async start(): Promise<ThrowawayDocker> {
    const docker = new ThrowawayDocker(await mkdtemp(join(tmpdir(), 'drydock-docker-')));
    try {
      await docker.restart();
      return docker;
    } catch (error) {
      await docker[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Starts the engine on the data that is there, where it is not running. */
  async restart(): Promise<void> {
    if (this.#engine) return;
    const at = (name: string) => join(this.#dir, name);
    const places = ['--data-root', at('data'), '--exec-root', at('exec'), '--pidfile', at('pid')];
    const noNetwork = ['--bridge=none', '--iptables=false', '--ip6tables=false', '--ip-forward=false'];
    // Its own configuration, not the machine's.
    await writeFile(at('daemon.json'), '{}');
    const own = ['-H', `unix://${this.socket}`, '--config-file', at('daemon.json'), '--log-level', 'warn'];
    // What a killed engine noted of itself and of its containerd, which died with it: a zombie would pass for alive.
    for (const note of ['pid', 'exec/containerd/containerd.pid']) await rm(at(note), { force: true });
    await using log = await open(this.#log, 'a');
    this.#engine = spawn('setpriv', ['--pdeathsig', 'TERM', 'dockerd', ...own, ...places, ...noNetwork], {
      stdio: ['ignore', log.fd, log.fd],
    });
    await this.#untilAnswers(this.#engine);
  }

  /** Runs the docker client against this engine; resolves with the lines it prints. */
  async docker(...args: readonly string[]): Promise<string[]> {
    const { stdout } = await run('docker', ['-H', `unix://${this.socket}`, ...args], {
      timeout: CLIENT_TIMEOUT_MS,
    });
    return stdout.split('\n').filter(Boolean);
  }

  /** An image without files: the runtime of sandboxes brings what they need. Resolves with its ID. */
  async importEmptyImage(): Promise<string> {
    const empty = join(this.#dir, 'empty');
    await mkdir(empty, { recursive: true });
    await run('tar', ['--create', '--file', `${empty}.tar`, '--directory', empty, '.']);
    const [id = ''] = await this.docker('import', `${empty}.tar`);
    return id;
  }

  /** The sandbox image of the machine's engine, with the same ID. */
  async copySandboxImage(): Promise<void> {
    const { dockerSocket, imageId } = readSetupFacts();
    const from = `docker -H unix://${dockerSocket} save ${imageId}`;
    const copy = `${from} | docker -H unix://${this.socket} load --quiet`;
    await run('sh', ['-c', copy], { timeout: COPY_TIMEOUT_MS });
  }

  /** SIGSTOP: the socket takes connections and nothing answers. */
  freeze(): void {
    this.#engine?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#engine?.kill('SIGCONT');
  }

  /** SIGTERM ends its containers first; SIGKILL leaves them running without an engine. Resolves when it is gone. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const engine = this.#engine;
    this.#engine = undefined;
    if (!engine || engine.exitCode !== null || engine.signalCode !== null) return;
    const exited = once(engine, 'exit', { signal: AbortSignal.timeout(STOP_TIMEOUT_MS) });
    engine.kill('SIGCONT');
    engine.kill(signal);
    await exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    // Shims and mounts outlive an engine that did not end well.
    for (const pid of await findProcesses(this.#dir)) kill(pid);
    const mounts = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n');
    const targets = mounts
      .map((line) => line.split(' ')[4] ?? '')
      .filter((path) => path.startsWith(this.#dir));
    for (const target of targets.toReversed()) await run('umount', ['--lazy', target]);
    await rm(this.#dir, { recursive: true, force: true, maxRetries: 5 });
  }

  async #untilAnswers(engine: ChildProcess): Promise<void> {
    for (let attempt = 0; engine.exitCode === null && attempt < START_ATTEMPTS; attempt += 1) {
      if (await answers(this.socket)) return;
      await systemClock.sleep(POLL_MS);
    }
    const log = (await readFile(this.#log, 'utf8')).slice(-LOG_CHARACTERS);
    throw new Error(`The engine of this test does not answer:\n${log}`);
  }
}

/** Processes that were started with a path. */
async function findProcesses(path: string): Promise<number[]> {
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0 && pid !== process.pid);
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return pids.filter((_pid, at) => lines[at]?.includes(path));
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
