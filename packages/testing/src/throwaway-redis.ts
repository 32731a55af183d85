import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { redisServerArguments } from '@drydock/queue';

const START_TIMEOUT_MS = 10_000;

/**
 * A real Redis of a test's own, with the product's flags, on a unix socket in a directory of its own. It dies with the
 * test process, however that ends; disposing it removes its files.
 */
export class ThrowawayRedis implements AsyncDisposable {
  readonly url: string;
  readonly #dir: string;
  readonly #overrides: readonly string[];
  #server: ChildProcess | undefined;

  private constructor(dir: string, overrides: readonly string[]) {
    this.#dir = dir;
    this.url = join(dir, 'redis.sock');
    this.#overrides = overrides;
  }

  /** `overrides` are flags after the product's, `['--appendonly', 'no']` for example. */
  static async start(overrides: readonly string[] = []): Promise<ThrowawayRedis> {
    const redis = new ThrowawayRedis(await mkdtemp(join(tmpdir(), 'drydock-redis-')), overrides);
    await redis.restart();
    return redis;
  }

  /** Starts the server on the data that is there, where it is not running. */
  async restart(): Promise<void> {
    if (this.#server) return;
    const flags = [...redisServerArguments({ dir: this.#dir, socket: this.url }), '--loglevel', 'notice'];
    const server = spawn('setpriv', ['--pdeathsig', 'KILL', 'redis-server', ...flags, ...this.#overrides], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#server = server;
    await untilReady(server);
  }

  /** SIGKILL, as a crash would end it; resolves when it is gone. */
  async kill(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const exited = once(server, 'exit');
    server.kill('SIGKILL');
    await exited;
  }

  /** SIGSTOP: the socket takes connections and nothing answers. */
  freeze(): void {
    this.#server?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#server?.kill('SIGCONT');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await rm(this.#dir, { recursive: true, force: true });
  }
}

async function untilReady(server: ChildProcess): Promise<void> {
  const signal = AbortSignal.timeout(START_TIMEOUT_MS);
  if (!server.stdout) throw new Error('redis-server was started without a standard output.');
  const log: string[] = [];
  for await (const line of createInterface({ input: server.stdout, signal })) {
    log.push(line);
    if (/ready to accept connections/i.test(line)) {
      server.stdout.resume();
      return;
    }
  }
  throw new Error(`redis-server did not start:\n${log.join('\n')}`);
}
