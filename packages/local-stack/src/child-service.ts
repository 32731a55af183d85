import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { EXIT_CONFIG } from '@drydock/service-kit';
import type { ServiceUser } from './api-user.ts';
import { LastWords } from './last-words.ts';
import { StartError } from './start-error.ts';

export interface ServiceDefinition {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** Who it runs as; absent: who this process is. */
  readonly user?: ServiceUser | undefined;
  /** How the service says on standard output that it is ready; absent where that is found out elsewhere. */
  readonly readiness?: { readonly event: string; readonly timeoutMs: number };
}

export type ReadyLine = Readonly<Record<string, unknown>>;

/** Longer than the closers of the worker may take together. */
const STOP_TIMEOUT_MS = 70_000;
const KILL_TIMEOUT_MS = 5_000;
/** For the end of what a process wrote, after it exited. */
const DRAIN_TIMEOUT_MS = 1_000;

/**
 * One process of the stack. Its standard input is a pipe from this process: when the launcher dies, however that
 * happens, the pipe ends and the service stops itself. It leads a session of its own, so that a Ctrl-C reaches the
 * launcher alone, which stops services in their order.
 */
export class ChildService {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  readonly #closed: Promise<unknown>;
  readonly #logFile: string;
  readonly #lastWords: LastWords;
  #stopping = false;
  /** The line that announced readiness. Rejects with StartError when the process ends first or takes too long. */
  readonly ready: Promise<ReadyLine>;

  constructor(definition: ServiceDefinition) {
    this.name = definition.name;
    this.#logFile = definition.logFile;
    const child = spawn(definition.command, definition.args, {
      env: definition.env,
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
      ...definition.user,
    });
    this.#child = child;
    this.#lastWords = new LastWords(child.stderr);
    this.#exited = new Promise((resolve) => {
      child.once('exit', () => resolve());
      child.once('error', (error) => {
        this.#lastWords.add(error.message);
        resolve();
      });
    });
    this.#closed = once(child, 'close').catch(() => undefined);
    this.#writeLog(child);
    // A service that died is seen by its exit; a write to its closed standard input is not news.
    child.stdin.on('error', () => {});
    this.ready = this.#awaitReady(definition, child.stdout);
    // Whoever starts a stack awaits it; one that is torn down while it starts has nobody who does.
    this.ready.catch(() => undefined);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get running(): boolean {
    return this.#child.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Whether the process was asked to end. */
  get stopping(): boolean {
    return this.#stopping;
  }

  /** Resolves when the process has exited. */
  get exited(): Promise<void> {
    return this.#exited;
  }

  /** How the process ended and where to read more, for people: `worker ended with exit code 1; its log is …`. */
  get obituary(): string {
    const { exitCode, signalCode } = this.#child;
    const how = signalCode === null ? `with exit code ${exitCode ?? 'unknown'}` : `by ${signalCode}`;
    return `${this.name} ended ${how}; its log is ${this.#logFile}`;
  }

  /** Sends a signal and does not wait: for tests of sudden death. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Asks the process to end, and ends it when it does not. */
  async stop(): Promise<void> {
    this.#stopping = true;
    if (!this.running) return;
    this.#child.kill('SIGTERM');
    if (await settlesWithin(this.#exited, STOP_TIMEOUT_MS)) return;
    this.#child.kill('SIGKILL');
    await settlesWithin(this.#exited, KILL_TIMEOUT_MS);
  }

  #writeLog({ stdout, stderr }: ChildProcess): void {
    const log = createWriteStream(this.#logFile, { flags: 'a', mode: 0o600 });
    // A full disk must not end the launcher with its services.
    log.on('error', () => {});
    stdout?.pipe(log, { end: false });
    stderr?.pipe(log, { end: false });
    void this.#closed.then(() => log.end());
  }

  async #awaitReady({ readiness }: ServiceDefinition, stdout: Readable): Promise<ReadyLine> {
    if (readiness === undefined) return {};
    const expired = once(AbortSignal.timeout(readiness.timeoutMs), 'abort').then(() => undefined);
    const ended = this.#exited.then(() => undefined);
    const line = await Promise.race([findReadyLine(stdout, readiness.event), ended, expired]);
    if (line === undefined) throw await this.#describeFailedStart(readiness.timeoutMs);
    return line;
  }

  /** A service that refuses its settings has said what to change; that is what people need, not where its log is. */
  async #describeFailedStart(timeoutMs: number): Promise<StartError> {
    if (this.running) {
      return new StartError(
        `${this.name} was not ready after ${timeoutMs / 1_000} s; its log is ${this.#logFile}`,
        {
          exitCode: 1,
        },
      );
    }
    await settlesWithin(this.#closed, DRAIN_TIMEOUT_MS);
    const refused = this.#child.exitCode === EXIT_CONFIG;
    const words = this.#lastWords.text;
    const message = refused && words !== '' ? words : [words, this.obituary].filter(Boolean).join('\n');
    return new StartError(message, { exitCode: refused ? EXIT_CONFIG : 1 });
  }
}

async function settlesWithin(promise: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  const expired = once(AbortSignal.timeout(timeoutMs), 'abort').then(() => false);
  return Promise.race([promise.then(() => true), expired]);
}

/** Watches lines until the one that announces readiness; other readers of the stream are not disturbed. */
function findReadyLine(stdout: Readable, readyEvent: string): Promise<ReadyLine> {
  return new Promise((resolve) => {
    let rest = '';
    const onData = (chunk: Buffer): void => {
      const lines = `${rest}${chunk.toString('utf8')}`.split('\n');
      rest = lines.pop() ?? '';
      const found = lines.map(parseLine).find((line) => line?.['event'] === readyEvent);
      if (found === undefined) return;
      stdout.off('data', onData);
      resolve(found);
    };
    stdout.on('data', onData);
  });
}

function parseLine(line: string): ReadyLine | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
