import {
  EgressRequest,
  MAX_EGRESS_LINE_BYTES,
  type EgressReport,
  type EgressResponse,
} from '@drydock/contracts';
import { once } from 'node:events';
import { chmod, mkdir, rm, rmdir } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname, isAbsolute, normalize, sep } from 'node:path';
import { EgressLine, type LineServices, type OpenRequest } from './egress-line.ts';

const MAX_CONTROLS = 1_000;
/** A worker that reads nothing for that long has no line any more. */
const MAX_UNREAD_BYTES = 1 << 20;

export interface GatewayOptions extends LineServices {
  /** Root's own; the control socket and every sandbox's directory are below it. */
  readonly stateDir: string;
  readonly controlSocket: string;
  readonly report: (report: EgressReport) => void;
}

/** Serves workers on the control socket: one connection is one sandbox's way out, and lives as long. */
export class Gateway implements AsyncDisposable {
  readonly #options: GatewayOptions;
  readonly #server: Server;
  readonly #controls = new Set<Control>();

  private constructor(options: GatewayOptions) {
    this.#options = options;
    this.#server = createServer((socket) => this.#serve(socket));
    this.#server.maxConnections = MAX_CONTROLS;
  }

  static async start(options: GatewayOptions): Promise<Gateway> {
    const gateway = new Gateway(options);
    const { controlSocket, report } = options;
    await mkdir(dirname(dirname(controlSocket)), { recursive: true, mode: 0o755 });
    await mkdir(dirname(controlSocket), { recursive: true, mode: 0o700 });
    await rm(controlSocket, { force: true });
    const umask = process.umask(0o177);
    gateway.#server.listen(controlSocket);
    process.umask(umask);
    await once(gateway.#server, 'listening');
    await chmod(controlSocket, 0o600);
    report({ type: 'ready', pid: process.pid });
    return gateway;
  }

  /** Cuts every line. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    await Promise.all([...this.#controls].map((control) => control.end()));
    // Kept where others of the installation still have something in it.
    await rmdir(this.#options.stateDir).catch(() => undefined);
  }

  #serve(socket: Socket): void {
    const { report } = this.#options;
    const control = new Control(socket, this.#options, (told) =>
      report({ ...told, lines: this.#controls.size }),
    );
    this.#controls.add(control);
    socket.once('close', () => {
      this.#controls.delete(control);
      void control.end();
    });
  }
}

type LineReport = Extract<EgressReport, { lines: number }>;
type Uncounted = LineReport extends infer Each
  ? Each extends LineReport
    ? Omit<Each, 'lines'>
    : never
  : never;

/** One worker's connection, from `open` to its end. */
class Control {
  readonly #socket: Socket;
  readonly #options: GatewayOptions;
  readonly #tell: (report: Uncounted) => void;
  #unread = '';
  #open: OpenRequest | undefined;
  #line: EgressLine | undefined;
  #work: Promise<void> = Promise.resolve();
  #ending: Promise<void> | undefined;

  constructor(socket: Socket, options: GatewayOptions, tell: (report: Uncounted) => void) {
    this.#socket = socket;
    this.#options = options;
    this.#tell = tell;
    socket.setEncoding('utf8');
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: string) => this.#read(chunk));
  }

  /** Closes the line behind everything that was asked before; tells what it carried. */
  end(): Promise<void> {
    this.#ending ??= this.#work.then(() => this.#close());
    return this.#ending;
  }

  #read(chunk: string): void {
    const lines = (this.#unread + chunk).split('\n');
    this.#unread = lines.pop() ?? '';
    if (this.#unread.length > MAX_EGRESS_LINE_BYTES) return this.#fail(new Error('a line is too long'));
    for (const text of lines) {
      this.#work = this.#work.then(() => this.#take(text)).catch((error: unknown) => this.#fail(error));
    }
  }

  async #take(text: string): Promise<void> {
    if (this.#socket.destroyed) return;
    const request = EgressRequest.parse(JSON.parse(text));
    if (request.type === 'open') return this.#start(request);
    const line = this.#line;
    if (line === undefined) throw new Error('not opened');
    switch (request.type) {
      case 'grant':
        return line.grants.add(request.grants);
      case 'revoke':
        return line.grants.revoke(request.ids);
      case 'close':
        // Not awaited: it waits for this very work.
        return void this.end();
    }
  }

  async #start(request: OpenRequest): Promise<void> {
    const { stateDir, report } = this.#options;
    const { jobId, sandboxId, dir } = request;
    const isOurs = isAbsolute(dir) && normalize(dir) === dir && dir.startsWith(`${stateDir}${sep}`);
    if (this.#open !== undefined || !isOurs) throw new Error('opened twice, or elsewhere');
    this.#open = request;
    this.#line = await EgressLine.open(request, {
      ...this.#options,
      decided: (decision) => {
        report({ type: 'decided', jobId, sandboxId, decision });
        this.#send({ type: 'decided', decision });
      },
    });
    this.#tell({ type: 'opened', jobId, sandboxId });
    this.#send({ type: 'opened', trust: this.#line.needsTrust });
  }

  async #close(): Promise<void> {
    const line = this.#line;
    if (line !== undefined && this.#open !== undefined) {
      const { jobId, sandboxId } = this.#open;
      await line.close();
      const bytes = { bytesUp: line.quota.bytesUp, bytesDown: line.quota.bytesDown };
      this.#tell({ type: 'closed', jobId, sandboxId, ...bytes });
      this.#send({ type: 'closed', ...bytes });
    }
    this.#socket.end();
    this.#socket.destroySoon();
  }

  /** A worker that cannot be understood has no line. */
  #fail(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.#options.report({ type: 'failed', message: message.slice(0, 2_000) });
    this.#socket.destroy();
  }

  #send(response: EgressResponse): void {
    if (!this.#socket.writable) return;
    this.#socket.write(`${JSON.stringify(response)}\n`);
    if (this.#socket.writableLength > MAX_UNREAD_BYTES) this.#socket.destroy();
  }
}
