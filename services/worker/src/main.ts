import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { DirectoryStore } from '@drydock/artifacts';
import { WorkerId } from '@drydock/contracts';
import { openQueue } from '@drydock/queue';
import {
  createLogger,
  runService,
  startMetricsServer,
  systemClock,
  waitForStore,
  watchShutdown,
} from '@drydock/service-kit';
import { CheckpointSeal } from './checkpoint-seal.ts';
import { readConfig } from './config.ts';
import { EngineBreaker } from './engine-breaker.ts';
import { WorkerMetrics } from './metrics.ts';
import { openModels } from './open-models.ts';
import { openOnceAnswered } from './open-once-answered.ts';
import { openSources } from './open-sources.ts';
import { openWarmPool } from './open-warm-pool.ts';
import { runAttempt } from './run-attempt.ts';

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
  const breaker = new EngineBreaker();
  const findObstacle = () => queue.ping().then(() => breaker.obstacle);
  const server = await startMetricsServer({ address: config.address, metrics, findObstacle, logger: log });
  shutdown.add('metrics', CLOSE_MS, () => server.close());
  const { dockerSocket } = config.sandboxHost;
  const open = () => openSources(config, { clock, log });
  const sources = await openOnceAnswered(open, { clock, log, dockerSocket }, shutdown.signal);
  if (sources === undefined) return;
  const { host, mirrors } = sources;
  await waitForStore(queue, { clock, logger: log }, shutdown.signal);

  const deps = {
    workerId: WorkerId.parse(`wrk_${randomBytes(8).toString('hex')}`),
    store: queue.store,
    cancellations: queue.cancellations,
    registry: queue.registry,
    artifacts: new DirectoryStore(join(config.dataDir, 'artifacts')),
    sandboxes: openWarmPool(host, { ...config, log, metrics, shutdown }),
    layers: host.layers,
    mirrors,
    models: openModels(config.model, { clock, metrics }),
    clock,
    log,
    metrics,
    seal: new CheckpointSeal(config.checkpointKey),
    highTierSliceMs: config.highTierSliceMs,
    leaseMs: config.leaseMs,
  };
  const consumer = queue.startConsumer({
    concurrency: config.concurrency,
    // A message that is left comes again: its job is still queued.
    handler: async (message, signal) => (breaker.isOpen ? undefined : runAttempt(deps, message, signal)),
    onError,
  });
  shutdown.add('consumer', DRAIN_MS + 2 * CLOSE_MS, () => consumer.close(DRAIN_MS));
  breaker.close();
  void breaker.watch({ host, consumer, log }, shutdown.signal);
  log.info('worker.ready', {
    workerId: deps.workerId,
    metricsUrl: `${server.url}/metrics`,
    host: await host.describe(),
  });
});
