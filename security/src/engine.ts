import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { ContainerShape } from './security-case.ts';

const TIMEOUT_MS = 60_000;
const HEADER_BYTES = 8;

/** What the positive controls do with Docker Engine: containers that Drydock itself would never make. */
export class Engine {
  readonly #socketPath: string;

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
  }

  /** How a container was made, as the engine says it. */
  async describe(name: string): Promise<ContainerShape> {
    const body = await this.#call('GET', `/containers/${name}/json`);
    const { Config, HostConfig, Image } = JSON.parse(body.toString()) as { Config: object } & ContainerShape;
    return { ...Config, Image, HostConfig };
  }

  /** Runs a container to its end and resolves with what it printed. Nothing is left of it. */
  async run(shape: ContainerShape): Promise<string> {
    const { Id } = JSON.parse((await this.#call('POST', '/containers/create', shape)).toString()) as {
      Id: string;
    };
    try {
      await this.#call('POST', `/containers/${Id}/start`);
      await this.#call('POST', `/containers/${Id}/wait`);
      return demultiplex(await this.#call('GET', `/containers/${Id}/logs?stdout=1&stderr=1`));
    } finally {
      await this.#call('DELETE', `/containers/${Id}?force=true&v=true`);
    }
  }

  async #call(method: string, path: string, body?: object): Promise<Buffer> {
    const payload = body === undefined ? '' : JSON.stringify(body);
    const headers = {
      Host: 'docker',
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(payload),
    };
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const sent = request({ socketPath: this.#socketPath, method, path, headers, signal });
    sent.end(payload);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    const answer = await buffer(response);
    if ((response.statusCode ?? 500) >= 400)
      throw new Error(`${method} ${path}: ${answer.toString().trim()}`);
    return answer;
  }
}

/** The engine's framing of two streams: a byte for which, three of nothing, four for how much. */
function demultiplex(bytes: Buffer): string {
  let text = '';
  for (let at = 0; at + HEADER_BYTES <= bytes.length;) {
    const end = at + HEADER_BYTES + bytes.readUInt32BE(at + 4);
    text += bytes.toString('utf8', at + HEADER_BYTES, end);
    at = end;
  }
  return text;
}
