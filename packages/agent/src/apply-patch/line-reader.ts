/** Walks over the lines of a text, counting from 1. */
export class LineReader {
  readonly #lines: string[];
  #next = 0;

  constructor(lines: string[]) {
    this.#lines = lines;
  }

  /** Number of the line that is read next. */
  get line(): number {
    return this.#next + 1;
  }

  get lastLine(): number {
    return this.#lines.length + 1;
  }

  peek(): string | undefined {
    return this.#lines[this.#next];
  }

  take(): string | undefined {
    const line = this.peek();
    if (line !== undefined) this.#next += 1;
    return line;
  }

  /** Takes the last line away. */
  dropLast(): string | undefined {
    return this.#lines.pop();
  }
}
