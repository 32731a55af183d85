import { openQueue } from '@drydock/queue';
import {
  createLogger,
  runService,
  startMetricsServer,
  systemClock,
  waitForStore,
  watchShutdown,
} from '@drydock/service-kit';
import { assertSshFiles } from './composition/assert-ssh-files.ts';
import { readConfig } from './config.ts';
import { EngineBreaker } from './attempt/engine-breaker.ts';
import { WorkerMetrics } from './metrics.ts';
import { openDeps } from './composition/open-deps.ts';
import { openOnceAnswered } from './composition/open-once-answered.ts';
import { openSources } from './composition/open-sources.ts';
import { startConsumer } from './start-consumer.ts';

const CLOSE_MS = 5_000;

await runService('worker', async () => {
  const config = readConfig();
  await assertSshFiles(config.gitMirrors.ssh);
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
  const sources = await openOnceAnswered(
    () => openSources(config, { clock, log }),
    { clock, log, dockerSocket: config.sandboxHost.dockerSocket },
    shutdown.signal,
  );
  if (sources === undefined) return;
  const { host } = sources;
  await waitForStore(queue, { clock, logger: log }, shutdown.signal);

  const deps = await openDeps(config, { ...sources, queue, clock, log, metrics, shutdown });
  breaker.close();
  startConsumer(deps, { queue, host, breaker, concurrency: config.concurrency, shutdown, onError });
  log.info('worker.ready', {
    workerId: deps.workerId,
    metricsUrl: `${server.url}/metrics`,
    host: await host.describe(),
  });
});
