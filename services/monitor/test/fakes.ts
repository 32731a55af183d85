import type { AuditEntry, Digest, JobId, JobState, SandboxId } from '@drydock/contracts';
import { JOB_STATES } from '@drydock/contracts';
import type {
  ArtifactReferences,
  ArtifactSweep,
  ArtifactSweeper,
  AuditDraft,
  AuditMovePolicy,
  EndedJob,
  JobArchive,
  JobSweeper,
  Office,
  RemovalReason,
  RetentionPolicy,
  SandboxRecord,
  SandboxRegistry,
  StoreMemory,
  SweptArtifacts,
  WaitingWebhook,
  OutboxCount,
  WebhookOutbox,
} from '@drydock/core';
import type { Logger } from '@drydock/service-kit';
import type { DriftedSandbox, MonitorDeps, ReapedSandbox, SandboxHost } from '../src/deps.ts';
import { MonitorMetrics } from '../src/metrics.ts';
import { ManualClock } from '@drydock/testing';
import { FakeAuditArchive } from './fake-audit-archive.ts';

const silent = (): void => undefined;
const silentLog: Logger = {
  debug: silent,
  info: silent,
  warn: silent,
  error: silent,
  child: () => silentLog,
};

/** Sandboxes of a host as a set of ids; one in `stubborn` cannot be killed. */
export class FakeHost implements SandboxHost {
  readonly running = new Set<SandboxId>();
  readonly stubborn = new Set<SandboxId>();
  readonly calls: string[] = [];
  orphans: readonly ReapedSandbox[] = [];
  abandonedSlots: readonly SandboxId[] = [];
  drifts: readonly DriftedSandbox[] = [];

  async destroy(sandboxId: SandboxId): Promise<boolean> {
    if (this.stubborn.has(sandboxId)) throw new Error(`${sandboxId} does not die`);
    return this.running.delete(sandboxId);
  }

  async reapContainers(): Promise<readonly ReapedSandbox[]> {
    this.calls.push('containers');
    for (const { sandboxId } of this.orphans) this.running.delete(sandboxId);
    return this.orphans;
  }

  async reapDrift(): Promise<readonly DriftedSandbox[]> {
    return this.drifts;
  }

  async reapSlots(): Promise<readonly SandboxId[]> {
    this.calls.push('slots');
    return this.abandonedSlots;
  }

  async release(): Promise<boolean> {
    this.calls.push('release');
    return this.running.size === 0;
  }
}

export class FakeRegistry implements SandboxRegistry {
  readonly records = new Map<SandboxId, SandboxRecord>();

  async put(record: SandboxRecord): Promise<void> {
    this.records.set(record.sandboxId, record);
  }

  async remove(sandboxId: SandboxId): Promise<void> {
    this.records.delete(sandboxId);
  }

  async list(): Promise<readonly SandboxRecord[]> {
    return [...this.records.values()];
  }
}

export class FakeSweeper implements JobSweeper {
  lost: readonly { jobId: JobId; to: JobState }[] = [];
  late: readonly { jobId: JobId; to: JobState }[] = [];
  readonly graces: number[] = [];
  /** Runs when leases expire, to place something in the middle of a pass. */
  onExpireLeases: () => void = silent;

  async expireLeases(): Promise<readonly { jobId: JobId; to: JobState }[]> {
    this.onExpireLeases();
    return this.lost;
  }

  async expireDeadlines(graceMs: number): Promise<readonly { jobId: JobId; to: JobState }[]> {
    this.graces.push(graceMs);
    return this.late;
  }

  async dispatchOutbox(): Promise<number> {
    return 0;
  }

  counts = Object.fromEntries(JOB_STATES.map((state) => [state, 0])) as Record<JobState, number>;

  async countStates(): Promise<Readonly<Record<JobState, number>>> {
    return this.counts;
  }
}

/** Ended jobs with what they refer to, oldest first; live ones are only counted as references. */
export class FakeArchive implements JobArchive {
  ended: readonly EndedJob[] = [];
  live: readonly Digest[] = [];
  due: ReadonlyMap<RemovalReason, number> = new Map();
  memory: StoreMemory = { usedBytes: 0, maxBytes: 0 };
  readonly policies: RetentionPolicy[] = [];
  readonly removed: JobId[] = [];

  async removeEnded(policy: RetentionPolicy): Promise<ReadonlyMap<RemovalReason, number>> {
    this.policies.push(policy);
    return this.due;
  }

  async listEnded(_minAgeMs: number, limit: number): Promise<readonly EndedJob[]> {
    return this.ended.slice(0, limit);
  }

  async remove(jobId: JobId): Promise<boolean> {
    this.removed.push(jobId);
    return true;
  }

  async findReferences(): Promise<ArtifactReferences> {
    const counts = new Map<Digest, number>();
    for (const digest of [...this.ended.flatMap(({ digests }) => digests), ...this.live]) {
      counts.set(digest, (counts.get(digest) ?? 0) + 1);
    }
    return { counts, held: new Set(this.live), settledBefore: 7 };
  }

  async readMemory(): Promise<StoreMemory> {
    return this.memory;
  }
}

/** Artifacts of ten bytes each. */
export class FakeArtifacts implements ArtifactSweeper {
  readonly stored = new Set<Digest>();
  readonly cutoffs: number[] = [];

  async sweep({ isReferenced, writtenBefore }: ArtifactSweep): Promise<SweptArtifacts> {
    this.cutoffs.push(writtenBefore);
    const garbage = [...this.stored].filter((digest) => !isReferenced(digest));
    for (const digest of garbage) this.stored.delete(digest);
    const kept = new Map([...this.stored].map((digest) => [digest, 10] as const));
    return { removed: garbage.length, removedBytes: garbage.length * 10, kept };
  }
}

export class FakeOffice implements Office {
  isOurs = true;

  async hold(): Promise<boolean> {
    return this.isOurs;
  }

  async resign(): Promise<void> {
    this.isOurs = false;
  }
}

/** Entries in the store, by number; each is due. */
export class FakeAudit {
  stored: AuditEntry[] = [];
  links = 0;
  readonly drafts: AuditDraft[] = [];

  async append(drafts: readonly AuditDraft[]): Promise<void> {
    this.drafts.push(...drafts);
  }

  async link(): Promise<void> {
    this.links += 1;
  }

  async findMovable({ segmentEntries }: AuditMovePolicy): Promise<readonly AuditEntry[]> {
    return this.stored.slice(0, segmentEntries);
  }

  async read(afterSeq: number, limit: number): Promise<readonly AuditEntry[]> {
    return this.stored.filter(({ seq }) => seq > afterSeq).slice(0, limit);
  }

  async trim(throughSeq: number): Promise<void> {
    this.stored = this.stored.filter(({ seq }) => seq > throughSeq);
  }
}

export class FakeApprovals {
  expired = 0;

  async expire(): Promise<number> {
    return this.expired;
  }
}

/** Webhooks that are due, and what became of each. */
export class FakeWebhooks implements WebhookOutbox {
  due: readonly WaitingWebhook[] = [];
  counted: OutboxCount = { waiting: 0, bytes: 0, dropped: 0, oldestMs: 0 };
  readonly settled: string[] = [];
  readonly postponed: [id: string, tries: number, delayMs: number][] = [];
  readonly deferred: string[] = [];

  async count(): Promise<OutboxCount> {
    return this.counted;
  }

  async findDue(limit: number): Promise<readonly WaitingWebhook[]> {
    return this.due.slice(0, limit);
  }

  async settle(id: string): Promise<void> {
    this.settled.push(id);
  }

  async postpone(id: string, { tries, delayMs }: { tries: number; delayMs: number }): Promise<void> {
    this.postponed.push([id, tries, delayMs]);
  }

  async defer(ids: readonly string[]): Promise<void> {
    this.deferred.push(...ids);
  }
}

export interface FakeDeps extends MonitorDeps {
  readonly approvals: FakeApprovals;
  readonly audit: FakeAudit;
  readonly auditArchive: FakeAuditArchive;
  readonly jobs: FakeSweeper;
  readonly webhooks: FakeWebhooks;
  readonly courier: FakeOffice;
  readonly registry: FakeRegistry;
  readonly archive: FakeArchive;
  readonly artifacts: FakeArtifacts;
  readonly office: FakeOffice;
  readonly archivist: FakeOffice;
  readonly host: FakeHost;
  readonly clock: ManualClock;
}

export function createDeps(): FakeDeps {
  return {
    jobs: new FakeSweeper(),
    approvals: new FakeApprovals(),
    audit: new FakeAudit(),
    auditArchive: new FakeAuditArchive(),
    auditRetentionMs: undefined,
    webhooks: new FakeWebhooks(),
    sendWebhook: async () => 'delivered',
    courier: new FakeOffice(),
    random: () => 0,
    registry: new FakeRegistry(),
    archive: new FakeArchive(),
    artifacts: new FakeArtifacts(),
    retention: { maxAgeMs: 1, maxJobs: 2, maxMemoryShare: 0.5, minAgeMs: 0, maxArtifactBytes: 20 },
    office: new FakeOffice(),
    archivist: new FakeOffice(),
    host: new FakeHost(),
    clock: new ManualClock(),
    log: silentLog,
    metrics: new MonitorMetrics(),
  };
}
