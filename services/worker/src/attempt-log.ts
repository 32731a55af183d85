const MAX_BYTES = 1 << 20;

/** The artifact log.txt: what was run and what it printed, in order, head kept when it grows over 1 MiB. */
export class AttemptLog {
  #text = '';
  #omitted = 0;

  append(line: string): void {
    if (this.#text.length + line.length > MAX_BYTES) {
      this.#omitted += 1;
      return;
    }
    this.#text += `${line}\n`;
  }

  toBytes(): Uint8Array {
    const end = this.#omitted > 0 ? `[${this.#omitted} more entries were left out]\n` : '';
    return new TextEncoder().encode(this.#text + end);
  }
}
