import type { Readable } from 'node:stream';

const MAX_CHARACTERS = 4_096;

/** The end of what a process wrote: a service that cannot start says why, and then ends. */
export class LastWords {
  #text = '';

  constructor(stream: Readable) {
    stream.on('data', (chunk: Buffer) => this.add(chunk.toString('utf8')));
  }

  add(text: string): void {
    this.#text = `${this.#text}${text}`.slice(-MAX_CHARACTERS);
  }

  get text(): string {
    return this.#text.trim();
  }
}
