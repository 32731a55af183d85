import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ArtifactJson, ArtifactListJson, Digest, JobRecord } from '@drydock/contracts';
import { ArtifactName } from '@drydock/contracts';
import type { ArtifactStore, JobStore } from '@drydock/core';
import { DrydockError, isTerminal } from '@drydock/core';
import type { Request, RequestHandler, Response } from 'express';
import { matchesEntityTag } from '../entity-tag.ts';
import { toJobJson } from '../job-json.ts';
import { findJob } from './find-job.ts';

export interface ArtifactRouteDeps {
  readonly store: Pick<JobStore, 'find'>;
  readonly artifacts: Pick<ArtifactStore, 'read' | 'size'>;
}

/** A client that has not taken an artifact by then is dropped. */
const SEND_TIMEOUT_MS = 600_000;

const TYPES: readonly (readonly [suffix: string, type: string])[] = [
  ['.diff', 'text/x-diff; charset=utf-8'],
  ['.txt', 'text/plain; charset=utf-8'],
  ['.json', 'application/json; charset=utf-8'],
  ['.sarif', 'application/sarif+json; charset=utf-8'],
  ['.jsonl', 'application/x-ndjson; charset=utf-8'],
];

/** `GET /v1/jobs/{id}/artifacts`: what the job has by now. */
export function getArtifacts({ store, artifacts }: ArtifactRouteDeps): RequestHandler {
  return async (request, response) => {
    const job = await findJob(store, request.params['jobId']);
    const link = toJobJson(job).links.artifacts;
    const data = await Promise.all(
      ArtifactName.options.map(async (name): Promise<ArtifactJson | undefined> => {
        const sha256 = job.artifacts[name];
        if (sha256 === undefined) return undefined;
        const bytes = await sizeOf(artifacts, sha256);
        return { object: 'artifact', name, bytes, sha256, link: `${link}/${name}` };
      }),
    );
    const list: ArtifactListJson = { object: 'list', data: data.filter((one) => one !== undefined) };
    response.set('Cache-Control', 'private, no-cache').json(list);
  };
}

/** `GET /v1/jobs/{id}/artifacts/{name}`: its bytes; 404 `not_ready` while it may still come. */
export function getArtifact({ store, artifacts }: ArtifactRouteDeps): RequestHandler {
  return async (request, response) => {
    const name = ArtifactName.safeParse(request.params['name']);
    const job = await findJob(store, request.params['jobId']);
    if (!name.success) throw new DrydockError('not_found');
    const digest = digestOf(job, name.data);
    const tag = `"${digest}"`;
    response.set({ 'Cache-Control': 'private, no-cache', ETag: tag });
    if (matchesEntityTag(request.get('if-none-match'), tag)) return void response.status(304).end();
    const bytes = await sizeOf(artifacts, digest);
    response
      .attachment(`${job.id}-${name.data}`)
      .set({ 'Content-Type': typeOf(name.data), 'Content-Length': String(bytes) });
    await send(request, response, (signal) => artifacts.read(digest, signal));
  };
}

function digestOf(job: JobRecord, name: ArtifactName): Digest {
  const digest = job.artifacts[name];
  if (digest !== undefined) return digest;
  if (isTerminal(job.state)) {
    throw new DrydockError('not_found', { message: `The job ended without ${name}.` });
  }
  throw new DrydockError('not_ready', { message: `There is no ${name} yet.` });
}

function typeOf(name: ArtifactName): string {
  return TYPES.find(([suffix]) => name.endsWith(suffix))?.[1] ?? 'application/octet-stream';
}

/** A digest of a job record that the store does not have is our fault, not the caller's. */
async function sizeOf(artifacts: ArtifactRouteDeps['artifacts'], digest: Digest): Promise<number> {
  try {
    return await artifacts.size(digest);
  } catch (cause) {
    if (cause instanceof DrydockError && cause.code !== 'not_found') throw cause;
    throw new DrydockError('internal_error', { cause });
  }
}

/** As fast as the client reads. Where the bytes turn out to be damaged, the answer is cut before its end. */
async function send(
  request: Request,
  response: Response,
  read: (signal: AbortSignal) => AsyncIterable<Uint8Array>,
): Promise<void> {
  if (request.method === 'HEAD') return void response.end();
  const signal = AbortSignal.timeout(SEND_TIMEOUT_MS);
  try {
    await pipeline(Readable.from(holdLast(read(signal)), { objectMode: false }), response, { signal });
  } catch (error) {
    // The client has gone: there is nobody to tell.
    if (!isPrematureClose(error)) throw error;
  }
}

/** Gives the last chunk only when the source has ended well: a damaged artifact is noticed behind its last byte. */
async function* holdLast(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array | undefined;
  for await (const chunk of chunks) {
    if (held !== undefined) yield held;
    held = chunk;
  }
  if (held !== undefined) yield held;
}

function isPrematureClose(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}
