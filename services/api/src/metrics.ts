import type { ErrorCode } from '@drydock/contracts';
import { JobKind } from '@drydock/contracts';
import { ERROR_CATALOGUE } from '@drydock/core';
import { Metrics } from '@drydock/service-kit';

/** Every route of the API, as templates. What matches none is `unmatched`. */
export const ROUTES = {
  jobs: '/v1/jobs',
  job: '/v1/jobs/:jobId',
  events: '/v1/jobs/:jobId/events',
  patch: '/v1/jobs/:jobId/patch',
  uploads: '/v1/uploads',
  artifacts: '/v1/jobs/:jobId/artifacts',
  artifact: '/v1/jobs/:jobId/artifacts/:name',
  cancel: '/v1/jobs/:jobId/cancel',
  continue: '/v1/jobs/:jobId/continue',
  messages: '/v1/jobs/:jobId/messages',
  replay: '/v1/jobs/:jobId/replay',
  approvals: '/v1/approvals',
  jobApprovals: '/v1/jobs/:jobId/approvals',
  approval: '/v1/jobs/:jobId/approvals/:approvalId',
  audit: '/v1/audit',
  secrets: '/v1/secrets',
  secret: '/v1/secrets/:name',
  livez: '/livez',
  readyz: '/readyz',
  metrics: '/metrics',
} as const;

export const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'other'] as const;
export const ROUTE_LABELS = [...Object.values(ROUTES), 'unmatched'] as const;
const STATUSES = new Set([
  200,
  201,
  202,
  204,
  304,
  ...Object.values(ERROR_CATALOGUE).map((row) => row.httpStatus),
]);
export const CODE_LABELS: readonly string[] = [
  ...[...STATUSES].toSorted((a, b) => a - b).map(String),
  'other',
];

/** Codes that a submission is refused with for want of room. */
export const REFUSALS = ['queue_full', 'store_full'] as const satisfies ErrorCode[];

/** How an event stream ended. */
export const STREAM_ENDS = ['finished', 'client_closed', 'client_slow', 'shutdown', 'failed'] as const;
export type StreamEnd = (typeof STREAM_ENDS)[number];

/** Every metric of the API. */
export function createApiMetrics() {
  const metrics = new Metrics('api');
  return {
    metrics,
    requestSeconds: metrics.histogram({
      name: 'http_request_duration_seconds',
      help: 'Time from the headers of a request to the end of its answer. Open event streams are not counted.',
      labels: { method: METHODS, route: ROUTE_LABELS, code: CODE_LABELS },
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    }),
    jobsAccepted: metrics.counter({
      name: 'drydock_jobs_accepted_total',
      help: 'Jobs that were answered with 202, by kind.',
      labels: { kind: JobKind.options },
    }),
    jobsRefused: metrics.counter({
      name: 'drydock_jobs_refused_total',
      help: 'Jobs that were refused for want of room, by what was full.',
      labels: { reason: REFUSALS },
    }),
    queueMax: metrics.gauge({
      name: 'drydock_queue_max_jobs',
      help: 'Jobs that may be queued before one more is refused: DRYDOCK_QUEUE_MAX.',
      labels: {},
    }),
    streams: metrics.gauge({
      name: 'drydock_event_streams',
      help: 'Event streams that are open now.',
      labels: {},
    }),
    streamsEnded: metrics.counter({
      name: 'drydock_event_streams_ended_total',
      help: 'Event streams that ended, by why.',
      labels: { reason: STREAM_ENDS },
    }),
    outboxFailures: metrics.counter({
      name: 'drydock_outbox_dispatch_failures_total',
      help: 'Dispatches of the outbox that failed here. Jobs wait for the sweep of the monitor instead.',
      labels: {},
    }),
  };
}
export type ApiMetrics = ReturnType<typeof createApiMetrics>;
