import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { DirectoryStore } from '@drydock/artifacts';
import { WorkerId } from '@drydock/contracts';
import type { Clock, GitMirrors } from '@drydock/core';
import type { OpenQueue } from '@drydock/queue';
import type { SandboxHost } from '@drydock/sandbox';
import type { Logger, Shutdown } from '@drydock/service-kit';
import { CheckpointSeal } from '../saving/checkpoint-seal.ts';
import type { readConfig } from '../config.ts';
import type { WorkerDeps } from '../deps.ts';
import { knownSecrets } from '../gate/known-secrets.ts';
import type { WorkerMetrics } from '../metrics.ts';
import { openModels } from './open-models.ts';
import { openPolicy } from './open-policy.ts';
import { openWarmPool } from './open-warm-pool.ts';
import { Redactor } from '../gate/redactor.ts';
import { SecretVault } from '../gate/secret-vault.ts';

interface Opened {
  readonly queue: OpenQueue;
  readonly host: SandboxHost;
  readonly mirrors: GitMirrors;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: WorkerMetrics;
  readonly shutdown: Shutdown;
}

/** Builds what attempts work with; what has to be closed is, at shutdown. */
export async function openDeps(config: ReturnType<typeof readConfig>, opened: Opened): Promise<WorkerDeps> {
  const { queue, host, mirrors, clock, log, metrics, shutdown } = opened;
  const { compactAtTokens, highTierSliceMs, highTierRuntime, commandPolicyMode, approvalTimes, leaseMs } =
    config;
  return {
    workerId: WorkerId.parse(`wrk_${randomBytes(8).toString('hex')}`),
    store: queue.store,
    cancellations: queue.cancellations,
    registry: queue.registry,
    approvals: queue.approvals,
    messages: queue.messages,
    audit: queue.audit,
    vault: new SecretVault({ ...queue, opener: config.secretOpener }),
    artifacts: new DirectoryStore(join(config.dataDir, 'artifacts')),
    policy: await openPolicy({ clock, shutdown }),
    sandboxes: openWarmPool(host, { ...config, log, metrics, shutdown }),
    layers: host.layers,
    egress: host,
    uncapped: host.uncapped,
    mirrors,
    models: await openModels(config.model, { clock, metrics }),
    seal: new CheckpointSeal(config.checkpointKey),
    redactor: new Redactor(knownSecrets(config)),
    compactAtTokens,
    highTierSliceMs,
    highTierRuntime,
    commandPolicyMode,
    approvalTimes,
    leaseMs,
    clock,
    log,
    metrics,
  };
}
