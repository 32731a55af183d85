import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Sees every request first; true: it was answered. */
type Intercept = (request: IncomingMessage, response: ServerResponse) => boolean;

const ENVIRONMENT = {
  PATH: '/usr/local/bin:/usr/bin:/bin',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
  GIT_AUTHOR_DATE: '1700000000 +0000',
  GIT_COMMITTER_DATE: '1700000000 +0000',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
};

/** A real git server on loopback: `git http-backend` behind a few lines of CGI. */
export class GitServer implements AsyncDisposable {
  /** Where repositories are; `<name>` is served as `<url>/<name>`. */
  readonly root: string;
  /** `METHOD path` of every request, and the words of the protocol that each body carries. */
  readonly requests: string[] = [];
  intercept: Intercept = () => false;
  readonly #server: Server;

  private constructor(root: string) {
    this.root = root;
    this.#server = createServer((request, response) => this.#serve(request, response));
  }

  static async start(): Promise<GitServer> {
    const server = new GitServer(mkdtempSync(join(tmpdir(), 'drydock-git-server-')));
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Makes a repository with a work tree, so that tests can commit to it with `git`. */
  create(name: string): string {
    const dir = join(this.root, name);
    this.git(this.root, 'init', '-q', '-b', 'main', name);
    this.git(dir, 'config', 'uploadpack.allowAnySHA1InWant', 'true');
    return dir;
  }

  /** Runs git there; resolves with what it printed. */
  git(dir: string, ...args: readonly string[]): string {
    return execFileSync('git', ['-C', dir, ...args], { encoding: 'utf8', env: ENVIRONMENT }).trim();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
    rmSync(this.root, { recursive: true, force: true });
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url ?? '/', this.url);
    this.requests.push(`${request.method} ${pathname}`);
    if (this.intercept(request, response)) return void request.resume();
    const child = spawn('git', ['http-backend'], {
      env: {
        PATH: ENVIRONMENT.PATH,
        GIT_PROJECT_ROOT: this.root,
        GIT_HTTP_EXPORT_ALL: '1',
        PATH_INFO: pathname,
        QUERY_STRING: searchParams.toString(),
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      },
    });
    child.stdin.on('error', () => undefined);
    request.on('data', (chunk: Buffer) => {
      for (const [word] of chunk.toString('latin1').matchAll(/command=[a-z-]+/g)) this.requests.push(word);
    });
    request.pipe(child.stdin);
    response.once('close', () => child.kill('SIGKILL'));
    void answer(child.stdout, response);
  }
}

/** Header lines first, `Status` among them, then the body. */
async function answer(output: AsyncIterable<Buffer>, response: ServerResponse): Promise<void> {
  let head: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of output) {
    if (head === undefined) {
      response.write(chunk);
      continue;
    }
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) continue;
    for (const line of head.subarray(0, end).toString().split('\r\n')) {
      const [name = '', value = ''] = line.split(': ');
      if (name === 'Status') response.statusCode = Number.parseInt(value, 10);
      else response.setHeader(name, value);
    }
    response.write(head.subarray(end + 4));
    head = undefined;
  }
  response.end();
}
