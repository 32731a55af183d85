import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ListenAddress } from './listen.ts';
import { listen } from './listen.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';

export interface MetricsServerOptions {
  readonly address: ListenAddress;
  readonly metrics: Pick<Metrics, 'contentType' | 'render'>;
  /** Why the service cannot do its work now, in a word, if it cannot; must settle within the signal's second. */
  readonly findObstacle: (signal: AbortSignal) => Promise<string | undefined>;
  readonly logger: Logger;
}

export interface MetricsServer {
  readonly url: string;
  close(): Promise<void>;
}

const READY_TIMEOUT_MS = 1_000;
const LIMITS = { headersTimeout: 5_000, requestTimeout: 5_000, maxHeaderSize: 8_192 };
const MAX_CONNECTIONS = 64;

interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** Serves `/metrics`, `/livez` and `/readyz` of a process that has no other HTTP server. */
export async function startMetricsServer(options: MetricsServerOptions): Promise<MetricsServer> {
  const server = createServer(LIMITS, (request, response) => void respond(options, request, response));
  server.maxConnections = MAX_CONNECTIONS;
  const url = await listen(server, options.address);
  return {
    url,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await Promise.resolve();
    },
  };
}

async function respond(
  options: MetricsServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { status, contentType, body } = await answerProbe(options, request).catch((err: unknown) => {
    options.logger.error('probe.failed', { err });
    return json(500, 'failed');
  });
  response.writeHead(status, { 'content-type': contentType, 'cache-control': 'no-store' }).end(body);
}

/** What a probe is answered with; a query string is ignored. */
export async function answerProbe(
  options: Pick<MetricsServerOptions, 'metrics' | 'findObstacle'>,
  request: { readonly method?: string | undefined; readonly url?: string | undefined },
): Promise<Answer> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return json(404, 'not_found');
  const [path = ''] = (request.url ?? '').split('?', 1);
  switch (path) {
    case '/livez':
      return json(200, 'live');
    case '/readyz':
      return answerReadiness(await options.findObstacle(AbortSignal.timeout(READY_TIMEOUT_MS)));
    case '/metrics':
      return { status: 200, contentType: options.metrics.contentType, body: await options.metrics.render() };
    default:
      return json(404, 'not_found');
  }
}

const answerReadiness = (obstacle: string | undefined): Answer =>
  obstacle === undefined ? json(200, 'ready') : json(503, 'not_ready', obstacle);

const json = (status: number, word: string, reason?: string): Answer => ({
  status,
  contentType: 'application/json',
  body: JSON.stringify({ status: word, reason }),
});
