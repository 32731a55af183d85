import type { ArtifactDigests, ArtifactName, TranscriptLine } from '@drydock/contracts';
import type { AttemptLog } from '../attempt/attempt-log.ts';
import type { Conversation } from '../conversation/conversation.ts';
import type { EventSink } from '../attempt/event-sink.ts';

const NOT_SCREENED = 'The last changes could not be screened.';

interface DisclosureParts {
  readonly events: Pick<EventSink, 'hold' | 'release' | 'withhold'>;
  readonly conversation: Pick<Conversation, 'lineCount' | 'linesFrom' | 'toReadableLines'>;
  readonly log: Pick<AttemptLog, 'entryCount' | 'toBytes'>;
  /** Those that the job's record names. */
  readonly artifacts: ArtifactDigests;
}

/**
 * What people may read of an attempt. In tier `high` a turn is shown when what it wrote has been looked at, and not
 * before: events and artifacts of the turn wait, transcript and log end where the last look was. What a look finds unsafe is never shown; the
 * reason stands in its place. In tier `standard` nothing is held.
 */
export class Disclosure {
  readonly #parts: DisclosureParts;
  /** How much is shown; undefined: everything. */
  #shown: { readonly lines: number; readonly entries: number } | undefined;
  #withheld: string | undefined;
  /** Artifacts of a turn that nobody has looked at: stored, and named nowhere. */
  #waiting: ArtifactDigests = {};

  constructor(parts: DisclosureParts) {
    this.#parts = parts;
  }

  /** Whether what happens now waits for a look. */
  get isHeld(): boolean {
    return this.#shown !== undefined && this.#withheld === undefined;
  }

  /** Shows nothing new from here on. */
  hold(): void {
    this.#parts.events.hold();
    this.#shown = this.#now();
  }

  /** What the transcript says that is not shown yet. */
  get unseenLines(): readonly TranscriptLine[] {
    return this.isHeld ? this.#parts.conversation.linesFrom(this.#shown?.lines ?? 0) : [];
  }

  /** Names an artifact of the turn in the job's record when the turn is shown; never, where it is withheld. */
  publish(name: ArtifactName, digest: ArtifactDigests[ArtifactName]): void {
    if (this.#withheld !== undefined) return;
    Object.assign(this.isHeld ? this.#waiting : this.#parts.artifacts, { [name]: digest });
  }

  /** Shows everything so far: it was looked at. */
  release(): void {
    if (!this.isHeld) return;
    this.#parts.events.release();
    Object.assign(this.#parts.artifacts, this.#waiting);
    this.#waiting = {};
    this.#shown = this.#now();
  }

  /** Never shows what is not shown yet; `why` stands in its place. */
  withhold(why: string): void {
    if (!this.isHeld) return;
    this.#waiting = {};
    this.#withheld = `[withheld: ${why}]`;
    this.#parts.events.withhold(this.#withheld);
  }

  /** The attempt's agent has ended: what nobody looked at is withheld, and nothing waits any more. */
  close(): void {
    if (!this.isHeld) return;
    const isWhole = this.#shown?.lines === this.#now().lines;
    if (!isWhole) return this.withhold(NOT_SCREENED);
    this.#parts.events.withhold('');
    this.#waiting = {};
    this.#shown = undefined;
  }

  /** The artifact transcript.jsonl, unmasked. */
  transcript(): Uint8Array {
    const { conversation } = this.#parts;
    const lines = conversation.toReadableLines(this.#shown?.lines);
    if (this.#withheld === undefined) return lines;
    const item = { type: 'message', role: 'user', text: this.#withheld };
    return Buffer.concat([lines, Buffer.from(`${JSON.stringify(item)}\n`)]);
  }

  /** The artifact log.txt. */
  log(): Uint8Array {
    const bytes = this.#parts.log.toBytes(this.#shown?.entries);
    return this.#withheld === undefined ? bytes : Buffer.concat([bytes, Buffer.from(`${this.#withheld}\n`)]);
  }

  #now(): { lines: number; entries: number } {
    const { conversation, log } = this.#parts;
    return { lines: conversation.lineCount, entries: log.entryCount };
  }
}
