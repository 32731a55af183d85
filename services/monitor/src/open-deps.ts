import { join } from 'node:path';
import { AuditDirectory, DirectorySweeper } from '@drydock/artifacts';
import { openNetwork } from '@drydock/egress';
import type { OpenQueue } from '@drydock/queue';
import type { MonitorConfig } from './config.ts';
import { toRetention } from './config.ts';
import type { MonitorDeps } from './deps.ts';
import { createLazyHost } from './lazy-host.ts';
import { openHost } from './open-host.ts';
import { createSender } from './webhooks/send-webhook.ts';
import { WebhookSigner } from './webhooks/webhook-signer.ts';

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
    auditRetentionMs: toMs(config.DRYDOCK_AUDIT_RETENTION_DAYS),
    auditArchive: new AuditDirectory(join(config.DRYDOCK_DATA_DIR, 'audit')),
    archive: queue.archive,
    artifacts: new DirectorySweeper(join(config.DRYDOCK_DATA_DIR, 'artifacts')),
    retention: toRetention(config),
    webhooks: queue.webhooks,
    sendWebhook: openSender(config, clock),
    courier: queue.office('webhooks'),
    // oxlint-disable-next-line no-restricted-properties -- the one source of jitter, handed to whoever needs some
    random: Math.random,
    registry: queue.registry,
    office: queue.office('cluster-gauges'),
    archivist: queue.office('retention'),
    host: createLazyHost(() => openHost(config)),
    clock,
    log,
    metrics,
  };
}

/** Webhooks go out as egress does: through the operator's proxy, with the operator's certificates. */
function openSender(config: MonitorConfig, clock: MonitorDeps['clock']): MonitorDeps['sendWebhook'] {
  const {
    DRYDOCK_WEBHOOK_SECRET: secret,
    DRYDOCK_EGRESS_PROXY: proxy,
    DRYDOCK_EGRESS_CA_FILE: caFile,
  } = config;
  return createSender({
    signer: secret && new WebhookSigner(secret),
    allowedHosts: new Set(config.DRYDOCK_WEBHOOK_ALLOW_HOSTS),
    network: () => openNetwork({ proxy, caFile }),
    clock,
  });
}

const DAY_MS = 24 * 60 * 60_000;

const toMs = (days: number | undefined): number | undefined =>
  days === undefined ? undefined : days * DAY_MS;
