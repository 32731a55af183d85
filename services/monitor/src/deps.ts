import type { SandboxId } from '@drydock/contracts';
import type {
  ApprovalStore,
  ArtifactSweeper,
  AuditArchive,
  AuditLog,
  Clock,
  JobArchive,
  JobSweeper,
  Office,
  RetentionPolicy,
  SandboxRegistry,
  WebhookOutbox,
} from '@drydock/core';
import type { Logger } from '@drydock/service-kit';
import type { MonitorMetrics, ReapReason } from './metrics.ts';
import type { SendWebhook } from './webhooks/send-webhook.ts';

export interface ReapedSandbox {
  readonly sandboxId: SandboxId;
  readonly reason: Extract<ReapReason, 'expired' | 'owner_dead' | 'no_slot'>;
}

/** A container that was not what it was to be any more, and was ended for it. */
export interface DriftedSandbox {
  readonly containerId: string;
  /** Undefined where its label is no id of ours. */
  readonly sandboxId: SandboxId | undefined;
  readonly violations: readonly string[];
}

/** Sandboxes and slots of this installation on this host, seen from outside. Foreign ones do not exist for it. */
export interface SandboxHost {
  /** Kills by Docker, by cgroup where Docker does not answer, and takes the slot down; false where there was nothing. */
  destroy(sandboxId: SandboxId, signal: AbortSignal): Promise<boolean>;
  /** Ends containers whose label expired or that nobody looks after; resolves with them. */
  reapContainers(signal: AbortSignal): Promise<readonly ReapedSandbox[]>;
  /** Ends running containers that depart from their policy; resolves with them. */
  reapDrift(signal: AbortSignal): Promise<readonly DriftedSandbox[]>;
  /** Unmounts and removes slots whose owner is dead; resolves with them. */
  reapSlots(signal: AbortSignal): Promise<readonly SandboxId[]>;
  /** Gives back what all slots share, where none is left. */
  release(): Promise<boolean>;
}

/** Everything the sweeps are composed of; built once, in main.ts. */
export interface MonitorDeps {
  readonly jobs: JobSweeper;
  readonly archive: JobArchive;
  readonly artifacts: ArtifactSweeper;
  readonly retention: RetentionPolicy & {
    /** Bytes of artifacts that jobs and uploads may refer to. */
    readonly maxArtifactBytes: number;
  };
  readonly audit: Pick<AuditLog, 'append' | 'link' | 'findMovable' | 'trim' | 'read'>;
  readonly auditArchive: Pick<AuditArchive, 'put' | 'findOlder' | 'findTombstone' | 'removeThrough'>;
  /** How old audit files become, milliseconds; undefined: they are kept. */
  readonly auditRetentionMs: number | undefined;
  readonly approvals: Pick<ApprovalStore, 'expire'>;
  readonly webhooks: WebhookOutbox;
  readonly sendWebhook: SendWebhook;
  /** Held by the one monitor that sends webhooks. */
  readonly courier: Office;
  /** Uniform in [0, 1): the jitter of retries. */
  readonly random: () => number;
  readonly registry: SandboxRegistry;
  /** Held by the one monitor that exports gauges about the whole cluster. */
  readonly office: Office;
  /** Held by the one monitor that removes jobs and artifacts. */
  readonly archivist: Office;
  readonly host: SandboxHost;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: MonitorMetrics;
}
