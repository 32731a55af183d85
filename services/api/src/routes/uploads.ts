import type { UploadFormat, UploadJson } from '@drydock/contracts';
import { UPLOAD_TYPES } from '@drydock/contracts';
import type { ArtifactStore, UploadStore } from '@drydock/core';
import { DrydockError, newUploadId } from '@drydock/core';
import type { Logger } from '@drydock/service-kit';
import type { Request, RequestHandler } from 'express';
import { checkUploadStart } from '../check-upload-start.ts';
import { requestIdOf } from '../middleware/request-id.ts';

export interface UploadRouteDeps {
  readonly assertDurable: () => void;
  readonly artifacts: Pick<ArtifactStore, 'putStream'>;
  readonly uploads: Pick<UploadStore, 'put'>;
  readonly logger: Logger;
  /** Largest upload, bytes. */
  readonly maxUploadBytes: number;
  /** How many may be under way at once: more only share the same disk. */
  readonly maxUploads: number;
}

/** A client that sends nothing for so long is dropped. */
const STALL_MS = 30_000;
/** How long a refused client may go on sending, so that it comes to read its answer. */
const DRAIN_MS = 10_000;

/** `POST /v1/uploads`: 201 only when bytes and record are on disk. What is refused or breaks off leaves nothing. */
export function postUpload(deps: UploadRouteDeps): RequestHandler {
  let underWay = 0;
  return async (request, response) => {
    try {
      const format = parseFormat(request);
      if (Number(request.get('content-length')) > deps.maxUploadBytes) throw tooLarge(deps.maxUploadBytes);
      deps.assertDurable();
      if (underWay >= deps.maxUploads) throw new DrydockError('overloaded');
      underWay += 1;
      const upload = await keep(deps, request, format).finally(() => (underWay -= 1));
      deps.logger.info('upload.kept', { uploadId: upload.id, requestId: requestIdOf(response) });
      response.status(201).json(upload);
    } catch (error) {
      drain(request);
      throw error;
    }
  };
}

async function keep(deps: UploadRouteDeps, request: Request, format: UploadFormat): Promise<UploadJson> {
  request.setTimeout(STALL_MS, () => request.destroy());
  // The iterator must not destroy what it leaves early: the answer goes the same way back.
  const chunks = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  try {
    const { artifacts, maxUploadBytes, uploads } = deps;
    const { digest, bytes } = await artifacts.putStream(checkUploadStart(chunks, format), maxUploadBytes);
    const id = newUploadId();
    await uploads.put({ id, format, bytes, digest });
    return { id, object: 'upload', format, bytes, sha256: digest };
  } catch (cause) {
    if (cause instanceof DrydockError && cause.code === 'body_too_large') throw tooLarge(deps.maxUploadBytes);
    // Nobody reads this answer: it is for the log, where it is the caller's.
    if (request.destroyed && !request.complete) throw new DrydockError('malformed_request', { cause });
    throw cause;
  }
}

function parseFormat(request: Request): UploadFormat {
  const type = request.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
  const formats = Object.entries(UPLOAD_TYPES) as [UploadFormat, string][];
  const found = formats.find(([, accepted]) => accepted === type);
  // An encoding around it would be a second compression, which nobody would undo.
  const isPlain = (request.get('content-encoding') ?? 'identity') === 'identity';
  if (found === undefined || !isPlain) throw new DrydockError('unsupported_media_type');
  return found[0];
}

function tooLarge(maxBytes: number): DrydockError {
  return new DrydockError('body_too_large', { message: `The upload is larger than ${maxBytes} bytes.` });
}

function drain(request: Request): void {
  if (request.complete || request.destroyed) return;
  request.resume();
  AbortSignal.timeout(DRAIN_MS).addEventListener('abort', () => {
    if (!request.complete) request.destroy();
  });
}
