import type { Metrics } from '@drydock/service-kit';
import type { RequestHandler } from 'express';

export interface HealthRouteDeps {
  /** Throws DrydockError where the service cannot do its work now; settles within the signal's second. */
  readonly assertReady: (signal: AbortSignal) => Promise<void>;
  readonly metrics: Pick<Metrics, 'contentType' | 'render'>;
}

const READY_TIMEOUT_MS = 1_000;

/** The process answers. It says nothing of Redis: a restart of the API would not mend that. */
export const getLivez: RequestHandler = (_request, response) => {
  response.set('Cache-Control', 'no-store').json({ status: 'live' });
};

/** Jobs can be accepted. */
export function getReadyz({ assertReady }: HealthRouteDeps): RequestHandler {
  return async (_request, response) => {
    await assertReady(AbortSignal.timeout(READY_TIMEOUT_MS));
    response.set('Cache-Control', 'no-store').json({ status: 'ready' });
  };
}

export function getMetrics({ metrics }: HealthRouteDeps): RequestHandler {
  return async (_request, response) => {
    response
      .set('Cache-Control', 'no-store')
      .set('Content-Type', metrics.contentType)
      .send(await metrics.render());
  };
}
