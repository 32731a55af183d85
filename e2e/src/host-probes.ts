import { once } from 'node:events';
import { readFile, readdir } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { readSetupFacts } from '@drydock/testing';

const ENGINE_TIMEOUT_MS = 5_000;
const CGROUP_ROOT = '/sys/fs/cgroup';
const CONTAINER_ID = /^[0-9a-f]{64}$/;

/** Names in a directory; none where it is not there. */
export const list = (dir: string): Promise<string[]> => readdir(dir).catch(() => []);

/** A file's text; empty where it is gone by now. */
export const read = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');

/** Where an engine other than the machine's is asked. */
interface Engine {
  readonly dockerSocket?: string | undefined;
}

/** Containers of an instance, by the label that every container carries. */
export async function listContainers(instanceId: string, engine: Engine = {}): Promise<string[]> {
  const filters = JSON.stringify({ label: [`drydock.instance=${instanceId}`] });
  const path = `/containers/json?all=true&filters=${encodeURIComponent(filters)}`;
  const containers = JSON.parse(await ask(engine, 'GET', path)) as { Id: string }[];
  return containers.map(({ Id }) => Id);
}

/** As `docker kill` does. */
export async function killContainer(id: string): Promise<void> {
  await ask({}, 'POST', `/containers/${id}/kill`);
}

/** As `docker update` does. */
export async function updateContainer(id: string, resources: object): Promise<void> {
  await ask({ body: resources }, 'POST', `/containers/${id}/update`);
}

async function ask(
  { body, ...engine }: Engine & { readonly body?: object },
  method: 'GET' | 'POST',
  path: string,
): Promise<string> {
  const socketPath = engine.dockerSocket ?? readSetupFacts().dockerSocket;
  const signal = AbortSignal.timeout(ENGINE_TIMEOUT_MS);
  const headers = { 'content-type': 'application/json' };
  const sent = request({ socketPath, method, path, headers, signal }).end(body && JSON.stringify(body));
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return text(response);
}

/** Mounts whose place or source names one of the words. */
export async function listMounts(...words: readonly string[]): Promise<string[]> {
  const lines = (await read('/proc/self/mountinfo')).split('\n');
  return lines.filter((line) => words.some((word) => line.includes(word)));
}

/** Sandboxes that have a directory on the host. */
export const listSlots = (instanceId: string): Promise<string[]> =>
  list(join('/run/drydock', instanceId, 'shared', 'slots'));

/** The cgroup above all containers of an instance; on cgroup v1 one in each hierarchy. */
export async function listParentCgroups(instanceId: string): Promise<string[]> {
  const hierarchies = [CGROUP_ROOT, ...(await list(CGROUP_ROOT)).map((name) => join(CGROUP_ROOT, name))];
  const groups = await Promise.all(
    hierarchies.map(async (dir) => (await list(dir)).map((name) => join(dir, name))),
  );
  return groups.flat().filter((path) => path.endsWith(`/drydock-${instanceId}`));
}

export async function listContainerCgroups(instanceId: string): Promise<string[]> {
  const parents = await listParentCgroups(instanceId);
  const names = await Promise.all(
    parents.map(async (dir) => (await list(dir)).filter((name) => CONTAINER_ID.test(name))),
  );
  return names.flatMap((ids, at) => ids.map((id) => join(parents[at] ?? '', id)));
}

export async function listUidClaims(instanceId: string): Promise<string[]> {
  const dir = '/run/drydock/uids';
  const names = await list(dir);
  const claims = await Promise.all(names.map((name) => read(join(dir, name))));
  return names.filter((_name, at) => claims[at]?.includes(instanceId)).map((name) => `uid ${name}`);
}

/** Files that a loop device shows, of those below a directory. */
export async function listLoopImages(dir: string): Promise<string[]> {
  const devices = (await list('/sys/block')).filter((name) => name.startsWith('loop'));
  const images = await Promise.all(devices.map((name) => read(`/sys/block/${name}/loop/backing_file`)));
  return images.map((path) => path.trim()).filter((path) => path.startsWith(dir));
}

/** Unix sockets that listen or are connected at a path with one of the words. */
export async function listUnixSockets(...words: readonly string[]): Promise<string[]> {
  const lines = (await read('/proc/net/unix')).split('\n');
  return lines.filter((line) => words.some((word) => line.includes(word)));
}
