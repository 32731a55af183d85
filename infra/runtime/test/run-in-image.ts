import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { join, resolve } from 'node:path';
import { IS_DOCKER_REQUIRED } from './config.ts';

export const ROOT_DIR = resolve(import.meta.dirname, '../../..');

interface SetupFacts {
  readonly imageId: string;
  readonly dockerSocket: string;
}

/** What setup found; undefined where it has not run. */
export function findSetup(): SetupFacts | undefined {
  try {
    return JSON.parse(readFileSync(join(ROOT_DIR, '.cache/setup.json'), 'utf8')) as SetupFacts;
  } catch {
    return undefined;
  }
}

/** A missing engine skips these tests with a reason; in CI it fails them. */
export function isDockerMissing(): boolean {
  const isMissing = findSetup() === undefined;
  if (isMissing && IS_DOCKER_REQUIRED) {
    throw new Error('Docker is required, and .cache/setup.json is not there: run npm run setup');
  }
  if (isMissing) process.stderr.write('skipped: .cache/setup.json is not there, run npm run setup\n');
  return isMissing;
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

export async function callDocker(
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body?: Uint8Array | object,
): Promise<Answer> {
  const isTar = body instanceof Uint8Array;
  const { promise, resolve: answer, reject } = Promise.withResolvers<Answer>();
  const req = request({
    socketPath: findSetup()?.dockerSocket,
    method,
    path,
    headers: { host: 'docker', 'content-type': isTar ? 'application/x-tar' : 'application/json' },
    signal: AbortSignal.timeout(30_000),
  });
  req.once('error', reject);
  req.once('response', (response) => {
    const status = response.statusCode ?? 0;
    text(response).then((received) => answer({ status, body: received }), reject);
  });
  req.end(isTar ? body : JSON.stringify(body));
  return promise;
}

export interface Run {
  readonly exitCode: number;
  readonly output: string;
}

/** Runs a command as a sandbox would: no network, no capability, not root, nothing writable but /tmp. */
export async function runInImage(image: string, cmd: readonly string[], runtimeDir?: string): Promise<Run> {
  const { status, body } = await callDocker('POST', '/containers/create', {
    Image: image,
    Cmd: cmd,
    User: '20000:20000',
    Tty: true,
    Env: ['HOME=/tmp', 'PATH=/usr/local/bin:/usr/bin:/bin'],
    HostConfig: {
      NetworkMode: 'none',
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      Tmpfs: { '/tmp': 'rw,exec,size=64m,mode=1777' },
      Binds: runtimeDir ? [`${runtimeDir}:/opt/drydock:ro`] : [],
    },
  });
  if (status !== 201) throw new Error(`no container: ${body}`);
  const { Id: id } = JSON.parse(body) as { Id: string };
  try {
    const started = await callDocker('POST', `/containers/${id}/start`);
    if (started.status !== 204) throw new Error(`not started: ${started.body}`);
    const ended = await callDocker('POST', `/containers/${id}/wait`);
    const logs = await callDocker('GET', `/containers/${id}/logs?stdout=1&stderr=1`);
    const { StatusCode: exitCode } = JSON.parse(ended.body) as { StatusCode: number };
    return { exitCode, output: logs.body.replaceAll('\r\n', '\n') };
  } finally {
    await callDocker('DELETE', `/containers/${id}?force=1&v=1`);
  }
}
