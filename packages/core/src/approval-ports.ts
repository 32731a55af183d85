import type {
  Approval,
  ApprovalDecisionRequest,
  ApprovalId,
  ApprovalRequest,
  AuditActor,
  JobId,
} from '@drydock/contracts';
import type { Lease } from './job-ports.ts';

export interface ApprovalQuestion {
  readonly id: ApprovalId;
  readonly request: ApprovalRequest;
  /** How long a person may take; nobody is a denial. */
  readonly ttlMs: number;
}

/** A decision, and whose it is, for the audit log. */
export type DecisionBy = ApprovalDecisionRequest & { readonly by?: AuditActor };

export type Decided =
  /** By this call, or by an equal one before it. */
  | { readonly kind: 'decided'; readonly approval: Approval }
  /** Otherwise, or too late. */
  | { readonly kind: 'over'; readonly approval: Approval }
  | { readonly kind: 'not_found' };

/** Questions to people. A job has one that is pending at most, and it is pending exactly while the job awaits it. */
export interface ApprovalStore {
  /** `planning, running → awaiting_approval`, with the question and its deadline. Throws `lease_lost`, `budget_exceeded`. */
  ask(lease: Lease, question: ApprovalQuestion): Promise<Approval>;
  /**
   * First writer wins. A job that no worker holds meanwhile goes back to the queue; of one that is held, its worker is
   * woken, and takes it back to the state that asked.
   */
  decide(jobId: JobId, approvalId: ApprovalId, decision: DecisionBy): Promise<Decided>;
  /** Counts a use. False: it is not approved, not for this attempt's job any more, or was meant for once. */
  use(lease: Lease, approvalId: ApprovalId): Promise<boolean>;
  /**
   * Gives the job up until somebody decides: its worker keeps nothing of it. `decided`: somebody has, and the worker
   * goes on.
   */
  release(lease: Lease): Promise<'released' | 'decided'>;
  find(jobId: JobId, approvalId: ApprovalId): Promise<Approval | undefined>;
  /** Every question of a job, oldest first. */
  listOfJob(jobId: JobId): Promise<readonly Approval[]>;
  /** Pending ones of all jobs, most urgent first; at most `limit`. */
  listPending(limit: number): Promise<readonly Approval[]>;
  /** Denies what nobody decided in time; resolves with how many. One pass of the monitor. */
  expire(): Promise<number>;
}
