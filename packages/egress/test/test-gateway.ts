import {
  EgressQuotas,
  EgressResponse,
  JobId,
  SandboxId,
  type EgressDecision,
  type EgressGrant,
  type EgressReport,
  type EgressRequest,
} from '@drydock/contracts';
import type { EgressRule } from '@drydock/core';
import { systemClock } from '@drydock/service-kit';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Gateway } from '../src/gateway.ts';
import type { Network } from '../src/network.ts';

export const JOB = JobId.parse('job_01ARZ3NDEKTSV4RRFFQ69G5FAV');

/** Every name that a test uses, and what its resolver answers; a function is asked each time. */
export type Names = Readonly<Record<string, readonly string[] | (() => readonly string[])>>;

export interface GatewayWorld {
  readonly rules: readonly EgressRule[];
  readonly names?: Names;
  readonly network?: Partial<Network>;
}

/** A gateway in this process, with a resolver that knows only a test's own names. */
export class TestGateway implements AsyncDisposable {
  readonly stateDir: string;
  readonly reports: EgressReport[] = [];
  /** Names that were looked up, in order. */
  readonly lookups: string[] = [];
  readonly #gateway: Gateway;

  private constructor(stateDir: string, gateway: Gateway, seen: Pick<TestGateway, 'reports' | 'lookups'>) {
    this.stateDir = stateDir;
    this.#gateway = gateway;
    this.reports = seen.reports;
    this.lookups = seen.lookups;
  }

  static async start({ rules, names = {}, network = {} }: GatewayWorld): Promise<TestGateway> {
    const stateDir = mkdtempSync(join(tmpdir(), 'drydock-egress-'));
    const seen = { reports: [] as EgressReport[], lookups: [] as string[] };
    const gateway = await Gateway.start({
      stateDir,
      controlSocket: join(stateDir, 'egress.sock'),
      rules,
      network: {
        resolve: async (host) => {
          seen.lookups.push(host);
          const found = names[host] ?? [];
          return typeof found === 'function' ? found() : found;
        },
        ownAddresses: () => new Set(),
        ...network,
      },
      clock: systemClock,
      report: (report) => seen.reports.push(report),
    });
    return new TestGateway(stateDir, gateway, seen);
  }

  open(grants: readonly EgressGrant[], quotas: Partial<EgressQuotas> = {}): Promise<TestLine> {
    return TestLine.open(this.stateDir, grants, quotas);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#gateway[Symbol.asyncDispose]();
    rmSync(this.stateDir, { recursive: true, force: true });
  }
}

/** A worker's connection to a gateway, and the sandbox's side of what it opens. */
export class TestLine implements Disposable {
  readonly dir: string;
  readonly decisions: EgressDecision[] = [];
  readonly control: Socket;
  readonly #opened = Promise.withResolvers<void>();
  readonly #closed = Promise.withResolvers<{ bytesUp: number; bytesDown: number }>();

  private constructor(dir: string, control: Socket) {
    this.dir = dir;
    this.control = control;
    control.on('error', () => undefined);
    control.once('close', () => this.#opened.reject(new Error('refused')));
    this.#opened.promise.catch(() => undefined);
    createInterface({ input: control }).on('line', (text) => {
      const response = EgressResponse.parse(JSON.parse(text));
      if (response.type === 'opened') this.#opened.resolve();
      if (response.type === 'decided') this.decisions.push(response.decision);
      if (response.type === 'closed') this.#closed.resolve(response);
    });
  }

  static async open(
    stateDir: string,
    grants: readonly EgressGrant[],
    quotas: Partial<EgressQuotas> = {},
  ): Promise<TestLine> {
    const sandboxId = SandboxId.parse(`sbx_${randomBytes(8).toString('hex')}`);
    const dir = join(stateDir, sandboxId);
    mkdirSync(dir);
    const control = connect(join(stateDir, 'egress.sock'));
    const line = new TestLine(dir, control);
    await once(control, 'connect');
    line.say({
      type: 'open',
      sandboxId,
      jobId: JOB,
      dir,
      grants: [...grants],
      quotas: EgressQuotas.parse(quotas),
    });
    await line.#opened.promise;
    return line;
  }

  get socketPath(): string {
    return join(this.dir, 'proxy.sock');
  }

  say(request: EgressRequest): void {
    this.control.write(`${JSON.stringify(request)}\n`);
  }

  async close(): Promise<{ bytesUp: number; bytesDown: number }> {
    this.say({ type: 'close' });
    return this.#closed.promise;
  }

  /** A connection to the proxy. */
  async connect(): Promise<Socket> {
    const socket = connect({ path: this.socketPath, allowHalfOpen: true });
    await once(socket, 'connect');
    socket.on('error', () => undefined);
    return socket;
  }

  /** Sends bytes as they are and resolves with everything that comes back, up to the end. */
  async raw(bytes: string | Buffer, { end = false } = {}): Promise<string> {
    const socket = await this.connect();
    socket.write(bytes);
    if (end) socket.end();
    const answer = await readAll(socket);
    socket.destroy();
    return answer;
  }

  /** Verdict and reason of every decision so far, counted ones once. */
  reasons(): string[] {
    return this.decisions.map(({ verdict, reason, target }) => `${verdict} ${reason} ${target}`);
  }

  [Symbol.dispose](): void {
    this.control.destroy();
  }
}

export async function readAll(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await new Promise((resolve) => {
    for (const event of ['end', 'close', 'error']) socket.once(event, resolve);
  });
  return Buffer.concat(chunks).toString('latin1');
}

/** Waits for something to become true; the test's own deadline is the limit. */
export async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 10));
}
