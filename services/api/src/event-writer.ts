import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { JobEvent } from '@drydock/contracts';

export interface EventWriterLimits {
  /** Longest wait for a client to take what was sent. */
  readonly stallMs: number;
  /** Most bytes that wait for a client. */
  readonly maxBufferedBytes: number;
}

export type WriteOutcome = 'written' | 'slow';

/** Writes an event stream as fast as its client reads: one message waits in memory, the others in Redis. */
export class EventWriter {
  readonly #target: Writable;
  readonly #limits: EventWriterLimits;

  constructor(target: Writable, limits: EventWriterLimits) {
    this.#target = target;
    this.#limits = limits;
  }

  /** Resolves when the client may be sent more; `slow` means that it has to be dropped. */
  async write(item: JobEvent | 'idle', signal: AbortSignal): Promise<WriteOutcome> {
    if (this.#target.write(item === 'idle' ? ': heartbeat\n\n' : toMessage(item))) return 'written';
    if (this.#target.writableLength > this.#limits.maxBufferedBytes) return 'slow';
    const stalled = AbortSignal.timeout(this.#limits.stallMs);
    try {
      await once(this.#target, 'drain', { signal: AbortSignal.any([signal, stalled]) });
      return 'written';
    } catch (error) {
      signal.throwIfAborted();
      if (stalled.aborted) return 'slow';
      throw error;
    }
  }
}

/** JSON has no raw line end, so `data` is always one line. */
export function toMessage(event: JobEvent): string {
  return `id: ${event.seq}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}
