import type { JobMessage } from '@drydock/contracts';
import { MAX_JOB_MESSAGES } from '@drydock/contracts';
import type { Lease, MessageStore } from '@drydock/core';
import { toDrydockError } from '@drydock/core';
import type { Logger } from '@drydock/service-kit';
import type { Conversation } from './conversation.ts';

interface InboxParts {
  readonly messages: Pick<MessageStore, 'list' | 'close'>;
  readonly lease: Lease;
  readonly conversation: Pick<Conversation, 'hasMessage'>;
  readonly log: Pick<Logger, 'warn'>;
}

/**
 * What people write to the job while it runs. Which messages the model has read is what its conversation says, and is
 * kept nowhere else: so an attempt that goes on from a checkpoint tells those that came behind it, and no other, again.
 */
export class Inbox {
  readonly #parts: InboxParts;
  /** How many messages of the job this attempt has looked at. */
  #seen = 0;

  constructor(parts: InboxParts) {
    this.#parts = parts;
  }

  /** What the model has not read, in the order it came. A store that is away costs no turn: messages wait for the next. */
  async take(): Promise<readonly JobMessage[]> {
    const { messages, lease } = this.#parts;
    const fresh = await this.#unlessAway(() => messages.list(lease.jobId, this.#seen), []);
    this.#seen += fresh.length;
    return fresh.filter(({ id }) => !this.#parts.conversation.hasMessage(id));
  }

  /** Takes no more messages; false where one waits that was not taken. */
  async close(): Promise<boolean> {
    const { messages, lease } = this.#parts;
    return (await this.#unlessAway(() => messages.close(lease, this.#seen), 'closed')) === 'closed';
  }

  /** Takes no more messages, and gives those that the model has not read. Throws where the store is away. */
  async end(): Promise<readonly JobMessage[]> {
    const { messages, lease, conversation } = this.#parts;
    await messages.close(lease, MAX_JOB_MESSAGES);
    return (await messages.list(lease.jobId, 0)).filter(({ id }) => !conversation.hasMessage(id));
  }

  async #unlessAway<Value>(ask: () => Promise<Value>, otherwise: Value): Promise<Value> {
    try {
      return await ask();
    } catch (err) {
      if (toDrydockError(err).code !== 'store_unavailable') throw err;
      this.#parts.log.warn('messages.not_read', { jobId: this.#parts.lease.jobId, err });
      return otherwise;
    }
  }
}
