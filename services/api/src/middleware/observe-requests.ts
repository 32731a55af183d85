import type { RequestHandler } from 'express';
import type { ApiMetrics } from '../metrics.ts';
import { CODE_LABELS, METHODS, ROUTES, ROUTE_LABELS } from '../metrics.ts';

const NANOSECONDS = 1e9;

/** Measures every request under its route template; what a caller sent never becomes a label. */
export function observeRequests(requestSeconds: ApiMetrics['requestSeconds']): RequestHandler {
  return (request, response, next) => {
    const startedAt = process.hrtime.bigint();
    response.once('close', () => {
      const route = oneOf(ROUTE_LABELS, templateOf(request.route), 'unmatched');
      if (route === ROUTES.events && response.statusCode === 200) return;
      const method = oneOf(METHODS, request.method, 'other');
      const code = oneOf(CODE_LABELS, String(response.statusCode), 'other');
      const seconds = Number(process.hrtime.bigint() - startedAt) / NANOSECONDS;
      requestSeconds.observe({ method, route, code }, seconds);
    });
    next();
  };
}

/** `request.route` is untyped in Express and absent where no route matched. */
function templateOf(route: unknown): string {
  return typeof route === 'object' && route !== null && 'path' in route ? String(route.path) : '';
}

function oneOf<Label extends string>(labels: readonly Label[], value: string, otherwise: Label): Label {
  return labels.find((label) => label === value) ?? otherwise;
}
