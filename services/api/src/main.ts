import { DirectoryStore, incomingOf } from '@drydock/artifacts';
import { openQueue } from '@drydock/queue';
import {
  createLogger,
  ensureDirectory,
  listen,
  runService,
  systemClock,
  watchShutdown,
} from '@drydock/service-kit';
import { buildApp } from './app.ts';
import { readConfig } from './config.ts';
import { closeHttpServer, createHttpServer } from './http-server.ts';
import { createApiMetrics } from './metrics.ts';
import { openRecords } from './open-records.ts';
import { OutboxDispatcher } from './outbox-dispatcher.ts';
import { StoreReadiness } from './store-readiness.ts';

/** How long the first look at Redis may hold back the port: a wrong Redis is refused before anything is accepted. */
const FIRST_LOOK_MS = 1_000;
const CLOSE_MS = 5_000;

await runService('api', async () => {
  const config = readConfig();
  const clock = systemClock;
  const logger = createLogger({ service: 'api', level: config.logLevel, destination: 'stdout' });
  const shutdown = watchShutdown({ logger, clock, exitOnStdinEof: config.exitOnStdinEof });
  await ensureDirectory('DRYDOCK_DATA_DIR', incomingOf(config.artifactsDir));
  const metrics = createApiMetrics();
  metrics.queueMax.set({}, config.maxQueued);

  const queue = openQueue({
    url: config.redisUrl.reveal(),
    prefix: config.redisPrefix,
    maxQueued: config.maxQueued,
    onError: (err) => logger.warn('store.lost', { err }),
  });
  shutdown.add('queue', CLOSE_MS, () => queue.close());
  const outbox = new OutboxDispatcher({ sweeper: queue.sweeper, logger, failures: metrics.outboxFailures });
  shutdown.add('outbox', CLOSE_MS, () => outbox.idle());
  const readiness = new StoreReadiness({ health: queue, clock, logger });
  const durable = readiness.waitUntilDurable(shutdown.signal);
  await Promise.race([durable, clock.sleep(FIRST_LOOK_MS)]);

  const app = buildApp({
    store: queue.store,
    approvals: queue.approvals,
    ...openRecords(queue, config),
    uploads: queue.uploads,
    maxUploads: config.maxUploads,
    maxUploadBytes: config.maxUploadBytes,
    feed: queue.feed,
    artifacts: new DirectoryStore(config.artifactsDir, { maxBytes: config.maxUploadBytes }),
    outbox,
    clock,
    logger,
    metrics,
    apiKey: config.apiKey,
    callbackHosts: config.callbackHosts,
    hasSsh: config.hasSsh,
    limits: config.limits,
    streamLimits: config.streamLimits,
    shutdown: shutdown.signal,
    assertDurable: () => readiness.assertDurable(),
    assertReady: (signal) => readiness.assertReady(signal),
  });
  const server = createHttpServer(app);
  shutdown.add('http', CLOSE_MS, () => closeHttpServer(server));
  logger.info('api.listening', { url: await listen(server, config.address) });

  await durable;
});
