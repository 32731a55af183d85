import { openQueue } from '@drydock/queue';
import {
  createLogger,
  runService,
  startMetricsServer,
  systemClock,
  watchShutdown,
} from '@drydock/service-kit';
import { parseMonitorConfig } from './config.ts';
import { createLazyHost } from './lazy-host.ts';
import { MonitorMetrics } from './metrics.ts';
import { openHost } from './open-host.ts';
import { refuseForgetfulRedis } from './refuse-forgetful-redis.ts';
import { runSweeps } from './run-sweeps.ts';
import { SweepJournal } from './sweep-journal.ts';
import { createDispatchOutbox } from './sweeps/dispatch-outbox.ts';
import { createEnforceDeadlines } from './sweeps/enforce-deadlines.ts';
import { createExpireAttempts } from './sweeps/expire-attempts.ts';
import { createExportGauges } from './sweeps/export-gauges.ts';
import { createReapSandboxes } from './sweeps/reap-sandboxes.ts';

const CLOSE_MS = 5_000;
const LAST_REAP_MS = 30_000;

await runService('monitor', async () => {
  const config = parseMonitorConfig();
  const clock = systemClock;
  const log = createLogger({ service: 'monitor', level: config.DRYDOCK_LOG_LEVEL, destination: 'stdout' });
  const shutdown = watchShutdown({ logger: log, clock, exitOnStdinEof: config.DRYDOCK_EXIT_ON_STDIN_EOF });
  const metrics = new MonitorMetrics();
  const journal = new SweepJournal(log, metrics);

  const queue = openQueue({ url: config.REDIS_URL.reveal(), prefix: config.DRYDOCK_REDIS_PREFIX });
  shutdown.add('queue', CLOSE_MS, () => queue.close());
  await refuseForgetfulRedis(queue);

  const address = {
    host: config.DRYDOCK_MONITOR_METRICS_HOST,
    port: config.DRYDOCK_MONITOR_METRICS_PORT,
    hostVariable: 'DRYDOCK_MONITOR_METRICS_HOST',
    portVariable: 'DRYDOCK_MONITOR_METRICS_PORT',
  };
  const findObstacle = async () => (journal.healthy ? undefined : 'sweep_failed');
  const server = await startMetricsServer({ address, metrics, findObstacle, logger: log });
  shutdown.add('metrics', CLOSE_MS, () => server.close());

  const host = createLazyHost(() => openHost(config));
  const office = queue.office('cluster-gauges');
  const deps = { jobs: queue.sweeper, registry: queue.registry, office, host, clock, log, metrics };
  const reap = createReapSandboxes(deps);
  const duties = [createDispatchOutbox, createExpireAttempts, createEnforceDeadlines, createExportGauges];
  const sweeps = [...duties.map((create) => create(deps)), reap];
  const stopped = runSweeps(sweeps, { clock, onPass: (pass) => journal.record(pass) }, shutdown.signal);
  shutdown.add('sweeps', LAST_REAP_MS + CLOSE_MS, async () => {
    await stopped;
    await office.resign().catch((err: unknown) => log.warn('office.kept', { err }));
    await reap.run(AbortSignal.timeout(LAST_REAP_MS));
    if (!(await host.release())) log.warn('host.kept', { reason: 'a sandbox is still there' });
  });
  log.info('monitor.ready', { metricsUrl: `${server.url}/metrics` });
});
