import type { WorkerId } from '@drydock/contracts';
import type {
  ApprovalStore,
  ArtifactStore,
  AuditLog,
  Clock,
  CommandContext,
  GitMirrors,
  JobStore,
  LayerStore,
  MessageStore,
  ModelGateway,
  Sandboxes,
  SandboxRegistry,
} from '@drydock/core';
import type { CommandPolicy } from '@drydock/policy';
import type { SandboxHost } from '@drydock/sandbox';
import type { Logger } from '@drydock/service-kit';
import type { ApprovalTimes } from './gate/approval-desk.ts';
import type { CheckpointSeal } from './saving/checkpoint-seal.ts';
import type { CancellationFeed } from './attempt/lease-keeper.ts';
import type { WorkerMetrics } from './metrics.ts';
import type { Redactor } from './gate/redactor.ts';
import type { SecretVault } from './gate/secret-vault.ts';

/** Everything an attempt is composed of; built once, in main.ts. */
export interface WorkerDeps {
  readonly workerId: WorkerId;
  readonly store: JobStore;
  readonly cancellations: CancellationFeed;
  readonly registry: SandboxRegistry;
  readonly artifacts: ArtifactStore;
  readonly sandboxes: Sandboxes;
  readonly layers: LayerStore;
  readonly mirrors: GitMirrors;
  readonly models: ModelGateway;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: WorkerMetrics;
  readonly seal: CheckpointSeal;
  readonly approvals: ApprovalStore;
  readonly messages: MessageStore;
  readonly audit: Pick<AuditLog, 'append'>;
  readonly vault: Pick<SecretVault, 'open'>;
  readonly approvalTimes: ApprovalTimes;
  readonly policy: Pick<CommandPolicy, 'decide' | 'screenFile' | 'screenPatch'>;
  readonly commandPolicyMode: CommandContext['mode'];
  readonly egress: Pick<SandboxHost, 'openEgress'>;
  /** Limits that the engine cannot keep, and the operator allowed. */
  readonly uncapped: SandboxHost['uncapped'];
  readonly redactor: Redactor;
  /** The container runtime of tier `high`: nothing else takes its place. */
  readonly highTierRuntime: string;
  /** Above it a conversation is summarised, where the model could read more; tokens. */
  readonly compactAtTokens: number | undefined;
  /** What the tool calls of one turn may take in tier `high`, milliseconds. */
  readonly highTierSliceMs: number;
  /** How long a lease lives without a heartbeat, milliseconds. */
  readonly leaseMs: number;
}
