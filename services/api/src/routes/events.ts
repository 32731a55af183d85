import type { JobId } from '@drydock/contracts';
import { DrydockError, isTerminal } from '@drydock/core';
import type { Logger } from '@drydock/service-kit';
import type { Request, RequestHandler, Response } from 'express';
import type { EventWriterLimits } from '../event-writer.ts';
import { EventWriter } from '../event-writer.ts';
import type { FollowJobDeps } from '../follow-job.ts';
import { followJob } from '../follow-job.ts';
import type { ApiMetrics, StreamEnd } from '../metrics.ts';
import { findJob } from './find-job.ts';

export interface EventRouteDeps extends FollowJobDeps {
  readonly logger: Logger;
  readonly streams: ApiMetrics['streams'];
  readonly streamsEnded: ApiMetrics['streamsEnded'];
  readonly streamLimits: EventWriterLimits & { readonly maxStreams: number; readonly heartbeatMs: number };
  /** Aborts when the process ends: streams are ended, and clients go on elsewhere. */
  readonly shutdown: AbortSignal;
}

const RECONNECT_MS = 1_000;

/** `GET /v1/jobs/{id}/events`: an event stream from `Last-Event-ID` (or `?after=`) to `job.finished`. */
export function getEvents(deps: EventRouteDeps): RequestHandler {
  let open = 0;
  return async (request, response) => {
    const afterSeq = parseAfterSeq(request);
    const job = await findJob(deps.store, request.params['jobId']);
    if (await hasNothingAfter(deps, job, afterSeq)) {
      // 204 is how an EventSource is told not to come back.
      return void response.status(204).end();
    }
    if (request.method === 'HEAD') return void startStream(response).end();
    if (open >= deps.streamLimits.maxStreams) throw new DrydockError('overloaded');
    open += 1;
    deps.streams.set({}, open);
    try {
      deps.streamsEnded.inc({ reason: await stream(deps, response, { jobId: job.id, afterSeq }) });
    } finally {
      open -= 1;
      deps.streams.set({}, open);
    }
  };
}

async function hasNothingAfter(
  { store }: EventRouteDeps,
  job: { id: JobId; state: Parameters<typeof isTerminal>[0] },
  afterSeq: number,
): Promise<boolean> {
  return isTerminal(job.state) && (await store.readEvents(job.id, afterSeq, 1)).length === 0;
}

async function stream(
  deps: EventRouteDeps,
  response: Response,
  from: { readonly jobId: JobId; readonly afterSeq: number },
): Promise<StreamEnd> {
  const { streamLimits, shutdown } = deps;
  const closed = new AbortController();
  response.once('close', () => closed.abort());
  const signal = AbortSignal.any([closed.signal, shutdown]);
  startStream(response).write(`retry: ${RECONNECT_MS}\n\n`);
  const writer = new EventWriter(response, streamLimits);
  try {
    for await (const item of followJob(deps, { ...from, heartbeatMs: streamLimits.heartbeatMs }, signal)) {
      if ((await writer.write(item, signal)) === 'slow') {
        response.destroy();
        return 'client_slow';
      }
    }
    return 'finished';
  } catch (err) {
    if (closed.signal.aborted) return 'client_closed';
    if (shutdown.aborted) return 'shutdown';
    deps.logger.error('stream.failed', { jobId: from.jobId, err });
    return 'failed';
  } finally {
    // Also after a failure: the client comes back behind the last event that it has.
    response.end();
  }
}

function startStream(response: Response): Response {
  return response.status(200).set({
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store',
    // Proxies such as nginx would hold events back.
    'X-Accel-Buffering': 'no',
  });
}

/** A wrong position is refused and not taken as 0: a silent replay would look like new events. */
function parseAfterSeq(request: Request): number {
  const given = request.get('last-event-id') ?? request.query['after'] ?? '0';
  if (typeof given === 'string' && /^\d{1,15}$/.test(given)) return Number(given);
  throw new DrydockError('invalid_request', {
    message: 'Last-Event-ID or `after` is not the seq of an event.',
  });
}
