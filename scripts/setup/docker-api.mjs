// @ts-check
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { request } from 'node:http';
import { pipeline } from 'node:stream/promises';

const SAVE_TIMEOUT_MS = 300_000;

/**
 * @typedef {object} DockerRequest
 * @property {'GET' | 'POST' | 'DELETE'} method
 * @property {string} path
 * @property {number} timeoutMs
 * @property {AbortSignal} signal
 * @property {string} [bodyFile]
 */

/**
 * Whether an engine answers on `socketPath` now.
 * @param {string} socketPath
 * @param {AbortSignal} signal
 */
export async function isEngineAlive(socketPath, signal) {
  const ping = send(socketPath, { method: 'GET', path: '/_ping', timeoutMs: 3_000, signal });
  const answer = await ping.catch(() => undefined);
  signal.throwIfAborted();
  return answer?.status === 200;
}

/**
 * @param {string} socketPath
 * @param {string} name
 * @param {AbortSignal} signal
 * @returns {Promise<string | undefined>} `sha256:…`
 */
export async function findImageId(socketPath, name, signal) {
  const path = `/images/${encodeURIComponent(name)}/json`;
  const { status, body } = await send(socketPath, { method: 'GET', path, timeoutMs: 10_000, signal });
  if (status === 404) return undefined;
  if (status !== 200) throw new Error(`Docker Engine answered ${status} for image ${name}: ${body}`);
  return JSON.parse(body).Id;
}

/**
 * @param {string} socketPath
 * @param {AbortSignal} signal
 * @returns {Promise<import('./old-images.mjs').ListedImage[]>}
 */
export async function listImages(socketPath, signal) {
  /** @type {{ Id: string, RepoTags: string[] | null, Created: number }[]} */
  const images = await ask(socketPath, '/images/json', signal);
  return images.map(({ Id, RepoTags, Created }) => ({ id: Id, names: RepoTags ?? [], createdAt: Created }));
}

/**
 * The IDs of the images that containers were made of, running or not.
 * @param {string} socketPath
 * @param {AbortSignal} signal
 * @returns {Promise<string[]>}
 */
export async function listContainerImages(socketPath, signal) {
  /** @type {{ ImageID: string }[]} */
  const containers = await ask(socketPath, '/containers/json?all=true', signal);
  return containers.map(({ ImageID }) => ImageID);
}

/**
 * Takes a name from an image, which goes with its last one. One that is in use, or gone, is left alone.
 * @param {string} socketPath
 * @param {string} name
 * @param {AbortSignal} signal
 */
export async function deleteImage(socketPath, name, signal) {
  const path = `/images/${encodeURIComponent(name)}`;
  const { status, body } = await send(socketPath, { method: 'DELETE', path, timeoutMs: 60_000, signal });
  if (![200, 404, 409].includes(status)) throw new Error(`Docker Engine answered ${status}: ${body}`);
}

/**
 * @param {string} socketPath
 * @param {AbortSignal} signal
 * @returns {Promise<Readonly<Record<string, { runtimeArgs?: readonly string[] }>>>} the OCI runtimes that the engine knows
 */
export async function listRuntimes(socketPath, signal) {
  /** @type {{ Runtimes?: Record<string, { runtimeArgs?: readonly string[] }> }} */
  const { Runtimes } = await ask(socketPath, '/info', signal);
  return Runtimes ?? {};
}

/**
 * @param {string} socketPath
 * @param {string} path
 * @param {AbortSignal} signal
 */
async function ask(socketPath, path, signal) {
  const { status, body } = await send(socketPath, { method: 'GET', path, timeoutMs: 10_000, signal });
  if (status !== 200) throw new Error(`Docker Engine answered ${status} for ${path}: ${body}`);
  return JSON.parse(body);
}

/**
 * Makes an image of one layer from a tar file.
 * @param {string} socketPath
 * @param {{ tarFile: string, name: string, changes: readonly string[] }} image `changes` in Dockerfile words.
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
export async function importImage(socketPath, { tarFile, name, changes }, signal) {
  const [repo = '', tag = ''] = name.split(':');
  const query = new URLSearchParams({ fromSrc: '-', repo, tag });
  for (const change of changes) query.append('changes', change);
  const path = `/images/create?${query}`;
  const { status, body } = await send(socketPath, {
    method: 'POST',
    path,
    timeoutMs: 300_000,
    signal,
    bodyFile: tarFile,
  });
  // Errors after the first byte come as lines of the stream, with status 200.
  if (status !== 200 || body.includes('"errorDetail"'))
    throw new Error(`Docker Engine answered ${status}: ${body}`);
}

/**
 * @param {string} socketPath
 * @param {DockerRequest} options
 * @returns {Promise<{ status: number, body: string }>}
 */
async function send(socketPath, { method, path, timeoutMs, signal, bodyFile }) {
  const req = request({
    socketPath,
    method,
    path,
    headers: { host: 'docker', ...(bodyFile ? { 'content-type': 'application/x-tar' } : {}) },
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
  });
  const answered = new Promise((resolve, reject) => {
    req.once('error', reject);
    req.once('response', (response) => void readBody(response).then(resolve, reject));
  });
  if (bodyFile) await Promise.all([pipeline(createReadStream(bodyFile), req), answered]);
  else req.end();
  return answered;
}

/** @param {import('node:http').IncomingMessage} response */
async function readBody(response) {
  let body = '';
  for await (const chunk of response.setEncoding('utf8')) body += chunk;
  return { status: response.statusCode ?? 0, body };
}

/**
 * Writes an image to a file, as `docker load` takes it.
 * @param {string} socketPath
 * @param {string} imageId
 * @param {{ file: string, signal: AbortSignal }} target
 */
export async function saveImage(socketPath, imageId, { file, signal }) {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(SAVE_TIMEOUT_MS)]);
  const sent = request({
    socketPath,
    path: `/images/${encodeURIComponent(imageId)}/get`,
    signal: deadline,
  }).end();
  const [response] = /** @type {[import('node:http').IncomingMessage]} */ (await once(sent, 'response'));
  if (response.statusCode !== 200)
    throw new Error(`Docker Engine answered ${response.statusCode} for ${imageId}.`);
  await pipeline(response, createWriteStream(file, { mode: 0o644 }), { signal: deadline });
}
