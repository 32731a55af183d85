import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { request, type IncomingMessage } from 'node:http';

const TIMEOUT_MS = 30_000;

/** What a floor does with Docker Engine: the same calls over the same socket, with nothing around them. */
export class Engine {
  readonly #socketPath: string;
  readonly #imageId: string;

  constructor(facts: { readonly dockerSocket: string; readonly imageId: string }) {
    this.#socketPath = facts.dockerSocket;
    this.#imageId = facts.imageId;
  }

  async version(): Promise<string> {
    const facts = (await this.#call('GET', '/version')) as { Version: string };
    return facts.Version;
  }

  /** Creates and starts a container without a network that removes itself; resolves with its id. */
  async start(...cmd: readonly string[]): Promise<string> {
    const id = await this.#create(cmd);
    await this.#call('POST', `/containers/${id}/start`);
    return id;
  }

  /** `docker run --rm`: from nothing to its end to nothing. */
  async run(...cmd: readonly string[]): Promise<void> {
    const id = await this.#create(cmd);
    const gone = this.#call('POST', `/containers/${id}/wait?condition=removed`);
    await this.#call('POST', `/containers/${id}/start`);
    await gone;
  }

  /** `docker exec`: resolves when the command's output has ended. */
  async exec(id: string, ...cmd: readonly string[]): Promise<void> {
    const body = { AttachStdout: true, AttachStderr: true, Cmd: cmd };
    const exec = (await this.#call('POST', `/containers/${id}/exec`, body)) as { Id: string };
    await this.#call('POST', `/exec/${exec.Id}/start`, { Detach: false, Tty: false });
  }

  async remove(id: string): Promise<void> {
    await this.#call('DELETE', `/containers/${id}?force=true`);
  }

  /** Bytes that a container's processes hold, without pages that are in files. */
  async residentBytes(id: string): Promise<number> {
    const stats = (await this.#call('GET', `/containers/${id}/stats?stream=false&one-shot=true`)) as {
      memory_stats: { stats: { rss?: number; anon?: number } };
    };
    const { rss, anon } = stats.memory_stats.stats;
    return rss ?? anon ?? Number.NaN;
  }

  async findByLabel(label: string): Promise<string> {
    const filters = encodeURIComponent(JSON.stringify({ label: [label] }));
    const [found] = (await this.#call('GET', `/containers/json?filters=${filters}`)) as { Id: string }[];
    if (found === undefined) throw new Error(`There is no container with ${label}.`);
    return found.Id;
  }

  async #create(cmd: readonly string[]): Promise<string> {
    const { Id } = (await this.#call('POST', '/containers/create', {
      Image: this.#imageId,
      Entrypoint: [],
      Cmd: cmd,
      Labels: { 'drydock.bench': '1' },
      HostConfig: { NetworkMode: 'none', AutoRemove: true, LogConfig: { Type: 'none' }, Init: true },
    })) as { Id: string };
    return Id;
  }

  /** The answer as JSON; of an exec, whose answer is its output, nothing. */
  async #call(method: string, path: string, body?: object): Promise<unknown> {
    const payload = body === undefined ? '' : JSON.stringify(body);
    const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(payload) };
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const sent = request({ socketPath: this.#socketPath, method, path, headers, signal });
    sent.end(payload);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    const answer = await text(response);
    if ((response.statusCode ?? 500) >= 400) throw new Error(`${method} ${path}: ${answer.trim()}`);
    return response.headers['content-type']?.includes('application/json') === true && answer !== ''
      ? JSON.parse(answer)
      : undefined;
  }
}
