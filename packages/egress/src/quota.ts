import type { EgressQuotas } from '@drydock/contracts';
import { Transform } from 'node:stream';

export type Direction = 'up' | 'down';

/** What one job has sent and received. Once over a limit, it stays over. */
export class Quota {
  readonly #limits: Readonly<Record<Direction, number>>;
  readonly #used: Record<Direction, number> = { up: 0, down: 0 };
  readonly #onExceeded: (direction: Direction) => void;
  #exceeded: Direction | undefined;

  constructor({ bytesUp, bytesDown }: EgressQuotas, onExceeded: (direction: Direction) => void) {
    this.#limits = { up: bytesUp, down: bytesDown };
    this.#onExceeded = onExceeded;
  }

  get bytesUp(): number {
    return this.#used.up;
  }

  get bytesDown(): number {
    return this.#used.down;
  }

  /** The limit that was reached. */
  get exceeded(): Direction | undefined {
    return this.#exceeded;
  }

  /** False: these bytes may not go on. */
  take(direction: Direction, bytes: number): boolean {
    if (this.#exceeded !== undefined) return false;
    if (this.#used[direction] + bytes > this.#limits[direction]) {
      this.#exceeded = direction;
      this.#onExceeded(direction);
      return false;
    }
    this.#used[direction] += bytes;
    return true;
  }

  /** A stream that counts what passes, and ends with an error where the limit is. */
  meter(direction: Direction): Transform {
    return new Transform({
      transform: (chunk: Buffer, _, next) => {
        if (this.take(direction, chunk.length)) next(null, chunk);
        else next(new Error('over quota'));
      },
    });
  }
}
