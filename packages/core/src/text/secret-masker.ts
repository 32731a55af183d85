import { PatternAutomaton } from './pattern-automaton.ts';
import { MIN_SECRET_CHARS, secretForms } from './secret-forms.ts';
import { PEM_LABELS, findSecretShapes } from './secret-shapes.ts';

export interface KnownSecret {
  /** Shown in its place: letters, digits and `_.-`. */
  readonly name: string;
  readonly value: string;
}

/** Longer words are looked at in pieces, so that little has to be held back. */
const MAX_WORD_CHARS = 4_096;
const MAX_PEM_CHARS = 16_384;
const MAX_SECRETS = 1_000;

const PEM_OPENS = -1;
const PEM_CLOSES = -2;

/** What ends a word: white space, quotes, brackets, and what separates values. */
const ENDS_WORD = new Uint8Array(65_536);
for (const mark of ' \t\n\r\v\f"\'`<>()[]{},;|\\') ENDS_WORD[mark.charCodeAt(0)] = 1;
ENDS_WORD.fill(1, 0, 33);

interface MaskedSpan {
  start: number;
  end: number;
  readonly label: string;
}

interface Marks {
  readonly names: readonly string[];
  readonly automaton: PatternAutomaton;
}

/**
 * Replaces known secrets by `[secret:<name>]` and what looks like one by `[secret]`, in text that comes in chunks. How
 * the text is cut changes nothing. Held back is what could still become a secret: at most the longest form of a known
 * secret, 4,096 characters of a word, or 16,384 of a private key. Time is linear in the text. One masker serves one
 * stream; `fork` makes more.
 */
export class SecretMasker {
  readonly #marks: Marks;
  /** What has not been given out; positions below count from its start. */
  #held = '';
  /** How much of it has been looked at. */
  #read = 0;
  #state = 0;
  #wordStart = 0;
  #pemStart: number | undefined;
  #spans: MaskedSpan[] = [];

  private constructor(marks: Marks) {
    this.#marks = marks;
  }

  /** Values under 6 characters are left out: they would mask ordinary text. Throws RangeError over 1,000 secrets. */
  static create(secrets: readonly KnownSecret[]): SecretMasker {
    if (secrets.length > MAX_SECRETS) throw new RangeError(`At most ${MAX_SECRETS} secrets can be masked.`);
    const known = secrets.filter(({ value }) => value.length >= MIN_SECRET_CHARS);
    const names = known.map(({ name }) => name.replaceAll(/[^\w.-]/g, '_'));
    const patterns = known.flatMap(({ value }, at) =>
      secretForms(value).map((text) => ({ text, value: at })),
    );
    const pem = PEM_LABELS.flatMap((label) => [
      { text: `-----BEGIN ${label}-----`, value: PEM_OPENS },
      { text: `-----END ${label}-----`, value: PEM_CLOSES },
    ]);
    return new SecretMasker({ names, automaton: new PatternAutomaton([...patterns, ...pem]) });
  }

  /** A masker of the same secrets for another stream. */
  fork(): SecretMasker {
    return new SecretMasker(this.#marks);
  }

  /** A whole text at once. */
  mask(text: string): string {
    const masker = this.fork();
    return masker.push(text) + masker.end();
  }

  /** Takes what comes next; gives what can be told by now. */
  push(chunk: string): string {
    this.#held += chunk;
    this.#scan();
    return this.#release(this.#safeUntil());
  }

  /** Gives the rest. The masker can be used for another text afterwards. */
  end(): string {
    this.#endWord(this.#held.length);
    if (this.#pemStart !== undefined) this.#cover(this.#pemStart, this.#held.length, '[secret]');
    const rest = this.#release(this.#held.length);
    this.#read = 0;
    this.#state = 0;
    this.#wordStart = 0;
    this.#pemStart = undefined;
    return rest;
  }

  #scan(): void {
    const { automaton } = this.#marks;
    const text = this.#held;
    let state = this.#state;
    for (let at = this.#read; at < text.length; at += 1) {
      const unit = text.charCodeAt(at);
      if (state !== 0 || automaton.isStart(unit)) {
        state = automaton.step(state, unit);
        const match = automaton.matchAt(state);
        if (match !== undefined) this.#found(match.value, at + 1 - match.length, at + 1);
      }
      if (ENDS_WORD[unit] === 1) {
        this.#endWord(at);
        this.#wordStart = at + 1;
      } else if (at + 1 - this.#wordStart >= MAX_WORD_CHARS) {
        this.#endWord(at + 1);
        this.#wordStart = at + 1;
      }
      if (this.#pemStart !== undefined && at + 1 - this.#pemStart >= MAX_PEM_CHARS) this.#closePem(at + 1);
    }
    this.#state = state;
    this.#read = text.length;
  }

  #found(value: number, start: number, end: number): void {
    if (value === PEM_OPENS) this.#pemStart ??= start;
    else if (value === PEM_CLOSES) this.#closePem(end);
    else this.#cover(start, end, `[secret:${this.#marks.names[value] ?? ''}]`);
  }

  #closePem(end: number): void {
    if (this.#pemStart !== undefined) this.#cover(this.#pemStart, end, '[secret]');
    this.#pemStart = undefined;
  }

  #endWord(end: number): void {
    if (end <= this.#wordStart) return;
    const start = this.#wordStart;
    for (const span of findSecretShapes(this.#held.slice(start, end)))
      this.#cover(start + span.start, start + span.end, '[secret]');
  }

  #cover(start: number, end: number, label: string): void {
    this.#spans.push({ start, end, label });
  }

  /** Nothing that starts before this can still be found. */
  #safeUntil(): number {
    const open = Math.min(this.#read - this.#marks.automaton.depth(this.#state), this.#wordStart);
    return Math.min(open, this.#pemStart ?? open);
  }

  /** Gives out what lies before a position that no unfinished match reaches over. */
  #release(until: number): string {
    const spans = mergeSpans(this.#spans);
    const crossing = spans.find(({ end }) => end > until);
    const stop = Math.min(until, crossing?.start ?? until);
    let given = '';
    let at = 0;
    for (const { start, end, label } of spans) {
      if (end > stop) break;
      given += this.#held.slice(at, start) + label;
      at = end;
    }
    given += this.#held.slice(at, stop);
    this.#forget(stop, spans);
    return given;
  }

  #forget(until: number, spans: readonly MaskedSpan[]): void {
    this.#held = this.#held.slice(until);
    this.#read -= until;
    this.#wordStart = Math.max(0, this.#wordStart - until);
    if (this.#pemStart !== undefined) this.#pemStart -= until;
    this.#spans = spans
      .filter(({ end }) => end > until)
      .map(({ start, end, label }) => ({ start: start - until, end: end - until, label }));
  }
}

/** Spans that overlap become one, named after the known secret among them that starts first. */
function mergeSpans(spans: readonly MaskedSpan[]): MaskedSpan[] {
  const merged: MaskedSpan[] = [];
  const sorted = spans.toSorted(
    (a, b) => a.start - b.start || b.end - a.end || (a.label < b.label ? -1 : Number(a.label > b.label)),
  );
  for (const span of sorted) {
    const last = merged.at(-1);
    if (last === undefined || span.start >= last.end) merged.push({ ...span });
    else {
      const label = last.label === '[secret]' ? span.label : last.label;
      merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, span.end), label };
    }
  }
  return merged;
}
