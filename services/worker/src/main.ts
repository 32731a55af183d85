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
import { knownSecrets } from './known-secrets.ts';
import { openModels } from './open-models.ts';
import { openOnceAnswered } from './open-once-answered.ts';
import { openPolicy } from './open-policy.ts';
import { openSources } from './open-sources.ts';
import { openWarmPool } from './open-warm-pool.ts';
import { Redactor } from './redactor.ts';
import { SecretVault } from './secret-vault.ts';
import { startConsumer } from './start-consumer.ts';

const CLOSE_MS = 5_000;

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
  const sources = await openOnceAnswered(
    () => openSources(config, { clock, log }),
    { clock, log, dockerSocket: config.sandboxHost.dockerSocket },
    shutdown.signal,
  );
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
    approvals: queue.approvals,
    audit: queue.audit,
    vault: new SecretVault({ ...queue, opener: config.secretOpener }),
    policy: await openPolicy({ clock, shutdown }),
    egress: host,
    redactor: new Redactor(knownSecrets(config)),
    highTierSliceMs: config.highTierSliceMs,
    highTierRuntime: config.highTierRuntime,
    commandPolicyMode: config.commandPolicyMode,
    approvalTimes: config.approvalTimes,
    leaseMs: config.leaseMs,
  };
  breaker.close();
  startConsumer(deps, { queue, host, breaker, concurrency: config.concurrency, shutdown, onError });
  log.info('worker.ready', {
    workerId: deps.workerId,
    metricsUrl: `${server.url}/metrics`,
    host: await host.describe(),
  });
});
