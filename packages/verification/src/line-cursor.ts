/** Walks over the lines of a text without splitting it as a whole. */
export class LineCursor {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  /** The line that comes next, without its newline; empty at the end. */
  peek(): string {
    return this.#text.slice(this.#at, this.#endOfLine());
  }

  next(): string {
    const line = this.peek();
    this.#at = this.#endOfLine() + 1;
    return line;
  }

  /** Takes the line that comes next where the pattern matches it. */
  take(pattern: RegExp): RegExpExecArray | undefined {
    const match = this.isAtEnd ? null : pattern.exec(this.peek());
    if (match !== null) this.next();
    return match ?? undefined;
  }

  /** First character of the line that comes next; empty for an empty line and at the end. */
  peekMark(): string {
    const mark = this.#text.charAt(this.#at);
    return mark === '\n' ? '' : mark;
  }

  #endOfLine(): number {
    const end = this.#text.indexOf('\n', this.#at);
    return end === -1 ? this.#text.length : end;
  }
}
