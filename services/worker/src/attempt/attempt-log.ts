const MAX_BYTES = 16 << 20;

/** What one command printed, in a place of its own: commands run side by side. */
export interface LogEntry {
  /** Takes output as it is shown, and how many bytes of it that stands for. */
  append(text: string, outputBytes: number): void;
  /** Takes the last line; says how much of the output is missing above it. */
  finish(line: string, totalBytes: number): void;
}

/** The artifact log.txt: what was run and all that it printed, in the order of its start; head kept over 16 MiB. */
export class AttemptLog {
  readonly #entries: { readonly chunks: Buffer[] }[] = [];
  #bytes = 0;
  #leftOut = 0;
  #revision = 0;

  /** Room for output. */
  get roomBytes(): number {
    return MAX_BYTES - this.#bytes;
  }

  /** Grows with every change. */
  get revision(): number {
    return this.#revision;
  }

  get byteLength(): number {
    return this.#bytes;
  }

  /** Goes on behind what older attempts have logged. */
  resume(older: Uint8Array, marker: string): void {
    const chunks: Buffer[] = [];
    this.#entries.push({ chunks });
    this.#add(chunks, Buffer.from(older));
    this.append(marker);
  }

  append(line: string): void {
    const chunks: Buffer[] = [];
    this.#entries.push({ chunks });
    this.#add(chunks, `${line}\n`);
  }

  open(line: string): LogEntry {
    const chunks: Buffer[] = [];
    this.#entries.push({ chunks });
    this.#add(chunks, `${line}\n`);
    let shown = 0;
    return {
      append: (text, outputBytes) => {
        const taken = this.#add(chunks, text);
        shown += taken < Buffer.byteLength(text) ? Math.min(taken, outputBytes) : outputBytes;
      },
      finish: (last, totalBytes) => {
        const missing = totalBytes - shown;
        this.#add(chunks, missing > 0 ? `\n[${missing} bytes of output left out]\n${last}\n` : `\n${last}\n`);
      },
    };
  }

  get entryCount(): number {
    return this.#entries.length;
  }

  /** The first entries, all where no number is given. */
  toBytes(entries?: number): Uint8Array {
    const end =
      this.#leftOut > 0 && entries === undefined
        ? [Buffer.from(`[${this.#leftOut} more bytes were left out]\n`)]
        : [];
    return Buffer.concat([...this.#entries.slice(0, entries).flatMap(({ chunks }) => chunks), ...end]);
  }

  /** How many bytes were taken. */
  #add(chunks: Buffer[], added: string | Buffer): number {
    const bytes = Buffer.from(added);
    const taken = bytes.subarray(0, Math.max(0, this.roomBytes));
    this.#leftOut += bytes.byteLength - taken.byteLength;
    this.#bytes += taken.byteLength;
    this.#revision += 1;
    if (taken.byteLength > 0) chunks.push(taken);
    return taken.byteLength;
  }
}
