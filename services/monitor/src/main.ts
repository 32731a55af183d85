import { GATEWAY_ARGV } from '@drydock/egress';
import { openQueue } from '@drydock/queue';
import {
  createLogger,
  runService,
  startMetricsServer,
  systemClock,
  waitForStore,
  watchShutdown,
} from '@drydock/service-kit';
import { parseMonitorConfig } from './config.ts';
import { prepareEgressEnvironment } from './egress-environment.ts';
import { runEgressGateway } from './egress-gateway.ts';
import { MonitorMetrics } from './metrics.ts';
import { openDeps } from './open-deps.ts';
import { runSweeps } from './run-sweeps.ts';
import { SweepJournal } from './sweep-journal.ts';
import { createDuties } from './create-duties.ts';
import { createReapSandboxes } from './sweeps/reap-sandboxes.ts';

/** How long the first look at Redis may hold back the rest: a wrong Redis is refused before anything is swept in it. */
const FIRST_LOOK_MS = 3_000;
const CLOSE_MS = 5_000;
const LAST_REAP_MS = 30_000;

await runService('monitor', async () => {
  const config = parseMonitorConfig();
  const egressEnv = await prepareEgressEnvironment(config);
  const clock = systemClock;
  const log = createLogger({ service: 'monitor', level: config.DRYDOCK_LOG_LEVEL, destination: 'stdout' });
  const shutdown = watchShutdown({ logger: log, clock, exitOnStdinEof: config.DRYDOCK_EXIT_ON_STDIN_EOF });
  const metrics = new MonitorMetrics();
  const journal = new SweepJournal(log, metrics);

  const queue = openQueue({ url: config.REDIS_URL.reveal(), prefix: config.DRYDOCK_REDIS_PREFIX });
  shutdown.add('queue', CLOSE_MS, () => queue.close());
  // Not awaited before the sweeps: what they reap needs no Redis.
  const durable = waitForStore(queue, { clock, logger: log }, shutdown.signal);
  await Promise.race([durable, clock.sleep(FIRST_LOOK_MS)]);

  const address = {
    host: config.DRYDOCK_MONITOR_METRICS_HOST,
    port: config.DRYDOCK_MONITOR_METRICS_PORT,
    hostVariable: 'DRYDOCK_MONITOR_METRICS_HOST',
    portVariable: 'DRYDOCK_MONITOR_METRICS_PORT',
  };
  const findObstacle = async () => (journal.healthy ? undefined : 'sweep_failed');
  const server = await startMetricsServer({ address, metrics, findObstacle, logger: log });
  shutdown.add('metrics', CLOSE_MS, () => server.close());

  const deps = openDeps(config, { queue, clock, log, metrics });
  const reap = createReapSandboxes(deps);
  const sweeps = [...createDuties(deps), reap];
  const stopped = runSweeps(sweeps, { clock, onPass: (pass) => journal.record(pass) }, shutdown.signal);
  shutdown.add('sweeps', LAST_REAP_MS + CLOSE_MS, async () => {
    await stopped;
    for (const held of [deps.office, deps.archivist, deps.courier]) {
      await held.resign().catch((err: unknown) => log.warn('office.kept', { err }));
    }
    await reap.run(AbortSignal.timeout(LAST_REAP_MS));
    if (!(await deps.host.release())) log.warn('host.kept', { reason: 'a sandbox is still there' });
  });
  // Before the last reap: the state directory goes with its last user.
  const egress = runEgressGateway(
    { argv: GATEWAY_ARGV, env: egressEnv, clock, log, metrics },
    shutdown.signal,
  );
  shutdown.add('egress', CLOSE_MS, () => egress);
  log.info('monitor.ready', { metricsUrl: `${server.url}/metrics` });
  await durable;
});
