import type { AuditActor, JobId, JobMessage, JobState, MessageId } from '@drydock/contracts';
import type { IdempotentRequest, Lease } from './job-ports.ts';

export interface NewMessage {
  readonly id: MessageId;
  readonly text: string;
  readonly by?: AuditActor;
  /** Its key is remembered as long as the job is. */
  readonly request?: IdempotentRequest | undefined;
}

export type MessageAnswer =
  /** On disk. `replayed`: it was before, by an equal request. */
  | { readonly kind: 'added'; readonly message: JobMessage }
  | { readonly kind: 'replayed'; readonly message: JobMessage }
  | { readonly kind: 'not_found' }
  | { readonly kind: 'too_many' }
  /** The job is over, about to be, or has submitted what it made. */
  | { readonly kind: 'closed'; readonly state: JobState };

/** What people write to jobs that run. A message is kept, and never changed, as long as its job is. */
export interface MessageStore {
  /** Throws `idempotency_mismatch`, and `store_full` where the store needs its memory for jobs. */
  add(jobId: JobId, message: NewMessage): Promise<MessageAnswer>;
  /** In the order they came, without the first `after`. */
  list(jobId: JobId, after: number): Promise<readonly JobMessage[]>;
  /**
   * The attempt takes no more messages. `waiting`: there are more than the `known` first ones, and nothing was closed.
   * A later attempt takes messages again.
   */
  close(lease: Lease, known: number): Promise<'closed' | 'waiting'>;
}
