import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { DirectoryStore } from '@drydock/artifacts';
import { WorkerId } from '@drydock/contracts';
import { OpenAiResponses } from '@drydock/models';
import { openQueue } from '@drydock/queue';
import { SandboxHost } from '@drydock/sandbox';
import {
  createLogger,
  runService,
  startMetricsServer,
  systemClock,
  watchShutdown,
} from '@drydock/service-kit';
import { readConfig } from './config.ts';
import { WorkerMetrics } from './metrics.ts';
import { runAttempt } from './run-attempt.ts';
import { waitUntilDurable } from './wait-until-durable.ts';

const CLOSE_MS = 5_000;
/** How long attempts may go on after SIGTERM before they are handed back to the queue. */
const DRAIN_MS = 20_000;

await runService('worker', async () => {
  const config = readConfig();
  const clock = systemClock;
  const log = createLogger({ service: 'worker', level: config.logLevel, destination: 'stdout' });
  const shutdown = watchShutdown({ logger: log, clock, exitOnStdinEof: config.exitOnStdinEof });
  const metrics = new WorkerMetrics();
  const onError = (err: unknown) => log.warn('queue.failed', { err });

  const queue = openQueue({ url: config.redisUrl.reveal(), prefix: config.redisPrefix, onError });
  shutdown.add('queue', CLOSE_MS, () => queue.close());
  const host = await SandboxHost.open({ ...config.sandboxHost, clock });
  const isReady = () => queue.ping().then(() => true);
  const server = await startMetricsServer({ address: config.address, metrics, isReady, logger: log });
  shutdown.add('metrics', CLOSE_MS, () => server.close());
  await waitUntilDurable(queue, { clock, log }, shutdown.signal);

  const deps = {
    workerId: WorkerId.parse(`wrk_${randomBytes(8).toString('hex')}`),
    store: queue.store,
    registry: queue.registry,
    artifacts: new DirectoryStore(join(config.dataDir, 'artifacts')),
    sandboxes: host.sandboxes,
    layers: host.layers,
    models: new OpenAiResponses({
      baseUrl: config.model.baseUrl,
      apiKey: config.model.apiKey?.reveal(),
      clock,
      // oxlint-disable-next-line no-restricted-properties -- the one source of jitter, handed to whoever needs some
      random: Math.random,
    }),
    clock,
    log,
    metrics,
    leaseMs: config.leaseMs,
  };
  const consumer = queue.startConsumer({
    concurrency: config.concurrency,
    handler: (message, signal) => runAttempt(deps, message, signal),
    onError,
  });
  shutdown.add('consumer', DRAIN_MS + 2 * CLOSE_MS, () => consumer.close(DRAIN_MS));
  log.info('worker.ready', { workerId: deps.workerId, metricsUrl: server.url, host: await host.describe() });
});
