import { inspect } from 'node:util';

const SHOWN = '[secret]';

/** A value that no log line, JSON text or error message can show: only `reveal()` gives it, and that can be searched for. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [inspect.custom](): string {
    return SHOWN;
  }
}
