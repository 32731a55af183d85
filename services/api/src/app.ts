import type { JobStore, LimitTable } from '@drydock/core';
import type { Secret } from '@drydock/service-kit';
import express from 'express';
import type { Express } from 'express';
import helmet from 'helmet';
import { ROUTES } from './metrics.ts';
import type { ApiMetrics } from './metrics.ts';
import { authenticate } from './middleware/authenticate.ts';
import { jsonBody, optionalJsonBody } from './middleware/json-body.ts';
import { observeRequests } from './middleware/observe-requests.ts';
import { methodNotAllowed } from './middleware/method-not-allowed.ts';
import { answerProblem, notFound } from './middleware/problem.ts';
import { requestId } from './middleware/request-id.ts';
import type { ApprovalRouteDeps } from './routes/approvals.ts';
import { getApprovals, getJobApprovals, postApproval } from './routes/approvals.ts';
import type { ArtifactRouteDeps } from './routes/artifacts.ts';
import { getArtifact, getArtifacts } from './routes/artifacts.ts';
import { postCancel } from './routes/cancel.ts';
import type { ContinueRouteDeps } from './routes/continue.ts';
import { postContinue } from './routes/continue.ts';
import type { AuditTrailDeps } from './audit-trail.ts';
import { getAudit } from './routes/audit.ts';
import type { EventRouteDeps } from './routes/events.ts';
import { getEvents } from './routes/events.ts';
import type { HealthRouteDeps } from './routes/health.ts';
import { getLivez, getMetrics, getReadyz } from './routes/health.ts';
import type { JobRouteDeps } from './routes/jobs.ts';
import { getJob, postJob } from './routes/jobs.ts';
import { getJobs } from './routes/list-jobs.ts';
import type { MessageRouteDeps } from './routes/messages.ts';
import { postMessage } from './routes/messages.ts';
import type { PatchRouteDeps } from './routes/patch.ts';
import { getPatch } from './routes/patch.ts';
import { postReplay } from './routes/replay.ts';
import type { SecretRouteDeps } from './routes/secrets.ts';
import { deleteSecret, getSecrets, putSecret } from './routes/secrets.ts';
import type { UploadRouteDeps } from './routes/uploads.ts';
import { postUpload } from './routes/uploads.ts';

/** What the routes need, merged: each route names its part. */
export type ApiDeps = Omit<
  EventRouteDeps &
    JobRouteDeps &
    ContinueRouteDeps &
    MessageRouteDeps &
    PatchRouteDeps &
    ArtifactRouteDeps &
    UploadRouteDeps &
    ApprovalRouteDeps &
    SecretRouteDeps &
    AuditTrailDeps,
  keyof ApiMetrics | 'store'
> &
  Pick<HealthRouteDeps, 'assertReady'> & {
    readonly store: JobStore;
    readonly apiKey: Secret;
    readonly limits: LimitTable;
    readonly metrics: ApiMetrics;
  };

/** Largest JSON body of a request, bytes. */
export const MAX_BODY_BYTES = 2 << 20;

const MAX_DECISION_BYTES = 16 << 10;
/** 16,000 characters, escaped. */
const MAX_MESSAGE_BYTES = 128 << 10;
/** 16 KiB of a value, escaped, and its hosts. */
const MAX_SECRET_BYTES = 128 << 10;

/** Builds the whole API. The order is the policy: what stands below `authenticate` needs the key. */
export function buildApp(deps: ApiDeps): Express {
  const routeDeps = { ...deps, ...deps.metrics };
  const app = express();
  app.set('query parser', 'simple').disable('etag');
  app.use(requestId, observeRequests(deps.metrics.requestSeconds), helmet());

  const readOnly = methodNotAllowed('GET', 'HEAD');
  const postOnly = methodNotAllowed('POST');
  app.route(ROUTES.livez).get(getLivez).all(readOnly);
  app.route(ROUTES.readyz).get(getReadyz(routeDeps)).all(readOnly);
  app.route(ROUTES.metrics).get(getMetrics(routeDeps)).all(readOnly);

  app.use(authenticate(deps.apiKey));
  app
    .route(ROUTES.jobs)
    .get(getJobs(routeDeps))
    .post(jsonBody(MAX_BODY_BYTES), postJob(routeDeps))
    .all(methodNotAllowed('GET', 'HEAD', 'POST'));
  app.route(ROUTES.job).get(getJob(routeDeps)).all(readOnly);
  app.route(ROUTES.cancel).post(postCancel(routeDeps)).all(postOnly);
  app.route(ROUTES.continue).post(optionalJsonBody(MAX_BODY_BYTES), postContinue(routeDeps)).all(postOnly);
  app.route(ROUTES.messages).post(jsonBody(MAX_MESSAGE_BYTES), postMessage(routeDeps)).all(postOnly);
  app.route(ROUTES.replay).post(postReplay(routeDeps)).all(postOnly);
  app.route(ROUTES.events).get(getEvents(routeDeps)).all(readOnly);
  app.route(ROUTES.patch).get(getPatch(routeDeps)).all(readOnly);
  app.route(ROUTES.uploads).post(postUpload(routeDeps)).all(postOnly);
  app.route(ROUTES.approvals).get(getApprovals(routeDeps)).all(readOnly);
  app.route(ROUTES.jobApprovals).get(getJobApprovals(routeDeps)).all(readOnly);
  app.route(ROUTES.approval).post(jsonBody(MAX_DECISION_BYTES), postApproval(routeDeps)).all(postOnly);
  app.route(ROUTES.audit).get(getAudit(routeDeps)).all(readOnly);
  app.route(ROUTES.secrets).get(getSecrets(routeDeps)).all(readOnly);
  app
    .route(ROUTES.secret)
    .put(jsonBody(MAX_SECRET_BYTES), putSecret(routeDeps))
    .delete(deleteSecret(routeDeps))
    .all(methodNotAllowed('PUT', 'DELETE'));
  app.route(ROUTES.artifacts).get(getArtifacts(routeDeps)).all(readOnly);
  app.route(ROUTES.artifact).get(getArtifact(routeDeps)).all(readOnly);

  app.use(notFound);
  app.use(answerProblem(deps.logger));
  return app;
}
