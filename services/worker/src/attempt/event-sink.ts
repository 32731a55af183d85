import type { JobEventBody } from '@drydock/contracts';
import type { JobStore, Lease } from '@drydock/core';
import type { Redactor } from '../gate/redactor.ts';
import { findWords, withholdCode } from '../gate/withhold-code.ts';

const MAX_OUTPUT_BYTES = 1 << 20;
const OUTPUT_CUT = 'This attempt has printed 1 MiB; what commands print from here on is in log.txt only.';
/** Events in one call of the store: output events have at most 16 KiB each. */
const MAX_BATCH = 32;

export interface EventSinkOptions {
  readonly store: Pick<JobStore, 'appendEvents'>;
  readonly lease: Lease;
  readonly redactor: Pick<Redactor, 'value'>;
  /** Told of every event, as it was emitted. */
  readonly observe?: (event: JobEventBody) => void;
  /** Called once per failed write: the lease is lost or the store is gone, so the attempt is over. */
  readonly onError: (error: unknown) => void;
}

/**
 * Events of one attempt, in order. `emit` never waits, so that a slow store does not slow a command down;
 * `flush` is awaited before every change of state, so that no event appears after the change that followed it.
 */
export class EventSink {
  readonly #options: EventSinkOptions;
  #waiting: JobEventBody[] = [];
  /** Those that wait for `release` or `withhold`, in order; undefined while none has to. */
  #held: JobEventBody[] | undefined;
  #outputBytes = 0;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: EventSinkOptions) {
    this.#options = options;
  }

  emit(event: JobEventBody): void {
    this.#options.observe?.(event);
    if (!this.#admits(event)) return;
    const redacted = this.#redact(event);
    if (this.#held === undefined) this.#push(redacted);
    else this.#held.push(redacted);
  }

  /** From here on events wait, in order, until somebody has looked at what they tell of. */
  hold(): void {
    this.#held ??= [];
  }

  /** What the model says in the events that wait: values with texts. */
  get heldWords(): readonly unknown[] {
    return (this.#held ?? []).map(findWords);
  }

  /** Lets go of the events that wait; later ones wait again. */
  release(): void {
    const held = this.#held ?? [];
    if (held.length > 0) this.#held = [];
    for (const event of held) this.#push(event);
  }

  /** Lets go of them with `note` in the place of code, as they are where it is empty; later ones do not wait. */
  withhold(note: string): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const event of held) this.#push(note === '' ? event : withholdCode(event, note));
  }

  /** Resolves when everything emitted so far is stored, or its failure was reported. */
  async flush(): Promise<void> {
    await this.#writing;
  }

  #push(event: JobEventBody): void {
    this.#waiting.push(event);
    if (this.#waiting.length === 1) this.#writing = this.#writing.then(() => this.#write());
  }

  /** Output was redacted as the stream that it is. */
  #redact(event: JobEventBody): JobEventBody {
    return event.type === 'command.output_appended' ? event : this.#options.redactor.value(event);
  }

  /** Output is shown live up to a cap: the store keeps every event of every job in memory. All of it is in log.txt. */
  #admits(event: JobEventBody): boolean {
    if (event.type !== 'command.output_appended') return true;
    const wasOpen = this.#outputBytes <= MAX_OUTPUT_BYTES;
    this.#outputBytes += Buffer.byteLength(event.data.text);
    if (this.#outputBytes <= MAX_OUTPUT_BYTES) return true;
    if (wasOpen) this.emit({ type: 'message.added', data: { role: 'user', text: OUTPUT_CUT } });
    return false;
  }

  async #write(): Promise<void> {
    const events = this.#waiting;
    this.#waiting = [];
    try {
      for (let at = 0; at < events.length; at += MAX_BATCH) {
        await this.#options.store.appendEvents(this.#options.lease, events.slice(at, at + MAX_BATCH));
      }
    } catch (error) {
      this.#options.onError(error);
    }
  }
}
