import type { ChildProcess } from 'node:child_process';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 20_000;

/**
 * A dockerd of a test's own, with its data in a directory of its own and no network. It can be stopped and killed as the
 * machine's must not be. Disposing it removes everything it had.
 */
export class PrivateEngine implements AsyncDisposable {
  readonly socket: string;
  readonly #dir: string;
  #daemon: ChildProcess | undefined;

  private constructor(dir: string) {
    this.#dir = dir;
    this.socket = join(dir, 'docker.sock');
  }

  static async start(): Promise<PrivateEngine> {
    const engine = new PrivateEngine(await mkdtemp(join(tmpdir(), 'drydock-engine-')));
    try {
      await engine.restart();
      return engine;
    } catch (error) {
      await engine[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Starts the daemon on the data that is there. */
  async restart(): Promise<void> {
    const config = join(this.#dir, 'daemon.json');
    await writeFile(config, '{}');
    const places = ['data-root', 'exec-root', 'pidfile'].map((name) => `--${name}=${join(this.#dir, name)}`);
    const flags = ['--bridge=none', '--iptables=false', '--storage-driver=vfs', `--config-file=${config}`];
    const log = join(this.#dir, 'log');
    const command = `exec setpriv --pdeathsig KILL dockerd "$@" >>'${log}' 2>&1`;
    const argv = ['-c', command, 'sh', `--host=unix://${this.socket}`, ...places, ...flags];
    this.#daemon = spawn('sh', argv, { stdio: 'ignore' });
    const signal = AbortSignal.timeout(START_TIMEOUT_MS);
    while (!(await this.#answers())) {
      if (signal.aborted || this.#daemon.exitCode !== null) {
        throw new Error(`dockerd did not start:\n${(await readFile(log, 'utf8')).slice(-2_000)}`);
      }
      await run('sleep', ['0.1']);
    }
  }

  /** Runs the docker client against this engine; resolves with the lines it prints. */
  async docker(...args: readonly string[]): Promise<string[]> {
    const { stdout } = await run('docker', ['--host', `unix://${this.socket}`, ...args], { timeout: 30_000 });
    return stdout.split('\n').filter(Boolean);
  }

  /** An image with no files at all: the runtime of sandboxes brings what it needs. Resolves with its ID. */
  async importEmptyImage(): Promise<string> {
    const empty = join(this.#dir, 'empty');
    await mkdir(empty, { recursive: true });
    await run('tar', ['--create', '--file', `${empty}.tar`, '--directory', empty, '.']);
    const [id = ''] = await this.docker('import', `${empty}.tar`);
    return id;
  }

  /** SIGSTOP: the socket takes connections and nothing answers. */
  freeze(): void {
    this.#daemon?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#daemon?.kill('SIGCONT');
  }

  /** SIGTERM, in order; resolves when it is gone. */
  async stop(): Promise<void> {
    const daemon = this.#daemon;
    this.#daemon = undefined;
    if (daemon === undefined || daemon.exitCode !== null || daemon.signalCode !== null) return;
    daemon.kill('SIGCONT');
    const exited = once(daemon, 'exit', { signal: AbortSignal.timeout(STOP_TIMEOUT_MS) });
    daemon.kill('SIGTERM');
    await exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.#unmount();
    await rm(this.#dir, { recursive: true, force: true });
  }

  /** What a daemon leaves mounted that did not end in order. */
  async #unmount(): Promise<void> {
    const mounts = (await readFile('/proc/self/mounts', 'utf8'))
      .split('\n')
      .map((line) => line.split(' ')[1] ?? '');
    for (const at of mounts.filter((mount) => mount.startsWith(`${this.#dir}/`)).toReversed()) {
      await run('umount', [at]);
    }
  }

  async #answers(): Promise<boolean> {
    const hasSocket = (await readdir(this.#dir)).includes('docker.sock');
    return (
      hasSocket &&
      this.docker('version', '--format', 'x').then(
        () => true,
        () => false,
      )
    );
  }
}
