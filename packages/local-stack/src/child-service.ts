import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';

export interface ServiceDefinition {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** How the service says on standard output that it is ready; absent where that is found out elsewhere. */
  readonly readiness?: { readonly event: string; readonly timeoutMs: number };
}

export type ReadyLine = Readonly<Record<string, unknown>>;

const STOP_TIMEOUT_MS = 40_000;
const KILL_TIMEOUT_MS = 5_000;

/**
 * One process of the stack. Its standard input is a pipe from this process: when the launcher dies, however that
 * happens, the pipe ends and the service stops itself.
 */
export class ChildService {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  /** The line that announced readiness. Rejects when the process ends first or takes too long. */
  readonly ready: Promise<ReadyLine>;

  constructor(definition: ServiceDefinition) {
    this.name = definition.name;
    const child = spawn(definition.command, definition.args, {
      env: definition.env,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child = child;
    this.#exited = new Promise((resolve) => {
      child.once('exit', () => resolve());
      child.once('error', () => resolve());
    });
    const log = createWriteStream(definition.logFile, { flags: 'a', mode: 0o600 });
    child.stderr.pipe(log, { end: false });
    child.stdout.pipe(log, { end: false });
    // A service that died is seen by its exit; a write to its closed standard input is not news.
    child.stdin.on('error', () => {});
    this.ready = this.#awaitReady(definition, child.stdout);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get running(): boolean {
    return this.#child.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Resolves when the process has exited. */
  get exited(): Promise<void> {
    return this.#exited;
  }

  /** Sends a signal and does not wait: for tests of sudden death. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Asks the process to end, and ends it when it does not. */
  async stop(): Promise<void> {
    if (!this.running) return;
    this.#child.kill('SIGTERM');
    if (await this.#exitsWithin(STOP_TIMEOUT_MS)) return;
    this.#child.kill('SIGKILL');
    await this.#exitsWithin(KILL_TIMEOUT_MS);
  }

  async #exitsWithin(timeoutMs: number): Promise<boolean> {
    const expired = once(AbortSignal.timeout(timeoutMs), 'abort').then(() => false);
    return Promise.race([this.#exited.then(() => true), expired]);
  }

  async #awaitReady(definition: ServiceDefinition, stdout: Readable): Promise<ReadyLine> {
    const { name, readiness, logFile } = definition;
    if (readiness === undefined) return {};
    const expired = once(AbortSignal.timeout(readiness.timeoutMs), 'abort').then(() => undefined);
    const ended = this.#exited.then(() => undefined);
    const line = await Promise.race([findReadyLine(stdout, readiness.event), ended, expired]);
    if (line === undefined) throw new Error(`${name} did not start; its log is ${logFile}.`);
    return line;
  }
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
