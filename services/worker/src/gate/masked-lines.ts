import type { Redactor } from './redactor.ts';

interface MaskedLine {
  readonly line: string;
  readonly masked: string;
}

/**
 * A document that grows line by line, masked: each line once, and again when more secrets are known. Masking is the
 * dearest part of saving a turn, and a conversation is saved in every one.
 */
export class MaskedLines {
  readonly #redactor: Pick<Redactor, 'mask' | 'revision'>;
  #revision = -1;
  #lines: MaskedLine[] = [];

  constructor(redactor: Pick<Redactor, 'mask' | 'revision'>) {
    this.#redactor = redactor;
  }

  /** No secret reaches over a line: each is one JSON text, in which line breaks are escaped. */
  mask(text: string): string {
    const { revision } = this.#redactor;
    const known = revision === this.#revision ? this.#lines : [];
    this.#revision = revision;
    this.#lines = text.split('\n').map((line, at) => {
      const before = known[at];
      return before?.line === line ? before : { line, masked: this.#redactor.mask(line) };
    });
    return this.#lines.map(({ masked }) => masked).join('\n');
  }
}
