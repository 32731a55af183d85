import { EgressResponse, MAX_EGRESS_LINE_BYTES, type EgressRequest } from '@drydock/contracts';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** One connection to the gateway's control socket. The sandbox's way out lives as long as it does. */
export class EgressConnection {
  /** Resolves when the connection is gone, however that came. */
  readonly ended: Promise<void>;
  readonly #socket: Socket;
  readonly #onResponse: (response: EgressResponse) => void;
  #unread = '';

  private constructor(socket: Socket, onResponse: (response: EgressResponse) => void) {
    this.#socket = socket;
    this.#onResponse = onResponse;
    this.ended = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.setEncoding('utf8');
    // A gateway that goes away is the same as one that hangs up.
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: string) => this.#read(chunk));
  }

  /** Throws where nobody listens. */
  static async open(
    path: string,
    onResponse: (response: EgressResponse) => void,
    signal: AbortSignal,
  ): Promise<EgressConnection> {
    const socket = connect(path);
    try {
      await once(socket, 'connect', { signal });
      return new EgressConnection(socket, onResponse);
    } catch (error) {
      socket.destroy();
      throw error;
    }
  }

  send(request: EgressRequest): void {
    if (this.#socket.writable) this.#socket.write(`${JSON.stringify(request)}\n`);
  }

  cut(): void {
    this.#socket.destroy();
  }

  #read(chunk: string): void {
    const lines = (this.#unread + chunk).split('\n');
    this.#unread = lines.pop() ?? '';
    try {
      if (this.#unread.length > MAX_EGRESS_LINE_BYTES) throw new RangeError('a line is too long');
      for (const line of lines) this.#onResponse(EgressResponse.parse(JSON.parse(line)));
    } catch (error) {
      this.#socket.destroy(error instanceof Error ? error : undefined);
    }
  }
}
