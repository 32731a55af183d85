import { join } from 'node:path';
import { AuditDirectory, DirectorySweeper } from '@drydock/artifacts';
import type { OpenQueue } from '@drydock/queue';
import type { MonitorConfig } from './config.ts';
import { toRetention } from './config.ts';
import type { MonitorDeps } from './deps.ts';
import { createLazyHost } from './lazy-host.ts';
import { openHost } from './open-host.ts';

/** Builds what the sweeps work with. Nothing of it is asked before a sweep needs it. */
export function openDeps(
  config: MonitorConfig,
  given: Pick<MonitorDeps, 'clock' | 'log' | 'metrics'> & { readonly queue: OpenQueue },
): MonitorDeps {
  const { queue, clock, log, metrics } = given;
  return {
    jobs: queue.sweeper,
    approvals: queue.approvals,
    audit: queue.audit,
    auditArchive: new AuditDirectory(join(config.DRYDOCK_DATA_DIR, 'audit')),
    archive: queue.archive,
    artifacts: new DirectorySweeper(join(config.DRYDOCK_DATA_DIR, 'artifacts')),
    retention: toRetention(config),
    registry: queue.registry,
    office: queue.office('cluster-gauges'),
    archivist: queue.office('retention'),
    host: createLazyHost(() => openHost(config)),
    clock,
    log,
    metrics,
  };
}
