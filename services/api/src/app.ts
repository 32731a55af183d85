import type { LimitTable } from '@drydock/core';
import type { Secret } from '@drydock/service-kit';
import express from 'express';
import type { Express } from 'express';
import helmet from 'helmet';
import { ROUTES } from './metrics.ts';
import type { ApiMetrics } from './metrics.ts';
import { authenticate } from './middleware/authenticate.ts';
import { jsonBody } from './middleware/json-body.ts';
import { observeRequests } from './middleware/observe-requests.ts';
import { answerProblem, notFound } from './middleware/problem.ts';
import { requestId } from './middleware/request-id.ts';
import type { EventRouteDeps } from './routes/events.ts';
import { getEvents } from './routes/events.ts';
import type { HealthRouteDeps } from './routes/health.ts';
import { getLivez, getMetrics, getReadyz } from './routes/health.ts';
import type { JobRouteDeps } from './routes/jobs.ts';
import { getJob, postJob } from './routes/jobs.ts';
import type { PatchRouteDeps } from './routes/patch.ts';
import { getPatch } from './routes/patch.ts';

/** What the routes need, merged: each route names its part. */
export type ApiDeps = Omit<EventRouteDeps & JobRouteDeps & PatchRouteDeps, keyof ApiMetrics> &
  Pick<HealthRouteDeps, 'assertReady'> & {
    readonly apiKey: Secret;
    readonly limits: LimitTable;
    readonly metrics: ApiMetrics;
  };

/** Largest body of a request, bytes. */
export const MAX_BODY_BYTES = 2 << 20;

/** Builds the whole API. The order is the policy: what stands below `authenticate` needs the key. */
export function buildApp(deps: ApiDeps): Express {
  const routeDeps = { ...deps, ...deps.metrics };
  const app = express();
  app.set('query parser', 'simple').disable('etag');
  app.use(requestId, observeRequests(deps.metrics.requestSeconds), helmet());

  app.get(ROUTES.livez, getLivez);
  app.get(ROUTES.readyz, getReadyz(routeDeps));
  app.get(ROUTES.metrics, getMetrics(routeDeps));

  app.use(authenticate(deps.apiKey));
  app.post(ROUTES.jobs, jsonBody(MAX_BODY_BYTES), postJob(routeDeps));
  app.get(ROUTES.job, getJob(routeDeps));
  app.get(ROUTES.events, getEvents(routeDeps));
  app.get(ROUTES.patch, getPatch(routeDeps));

  app.use(notFound);
  app.use(answerProblem(deps.logger));
  return app;
}
