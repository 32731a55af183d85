import type { KeptLog } from './kept-log.ts';
import type { LineRange } from './read-lines.ts';
import { readLines } from './read-lines.ts';

/** Runs whose logs are in memory, and what they may take there together: a worker has many jobs. */
const MAX_RUNS = 8;
const MAX_BYTES = 8 << 20;

/** What the last runs of tests printed, by number. */
export class TestLogs {
  readonly #logs = new Map<number, KeptLog>();
  #last = 0;

  /** Keeps what a run printed; its number. */
  keep(log: KeptLog): number {
    log.seal();
    this.#last += 1;
    this.#logs.set(this.#last, log);
    for (const oldest of this.#logs.keys()) {
      if (this.#logs.size <= MAX_RUNS && this.byteLength <= MAX_BYTES) break;
      this.#logs.delete(oldest);
    }
    return this.#last;
  }

  /** The lines in words for the model; undefined where the run is not known. */
  read(run: number, range: LineRange): string | undefined {
    const log = this.#logs.get(run);
    return log && readLines(log, range);
  }

  /** The runs that can be read. */
  get runs(): readonly number[] {
    return [...this.#logs.keys()];
  }

  get byteLength(): number {
    return [...this.#logs.values()].reduce((all, { byteLength }) => all + byteLength, 0);
  }
}
