/** Gives every id once: `id`, then `id#2`, `id#3` … in the order in which they are asked for. */
export class RepeatNumberer {
  readonly #taken = new Set<string>();
  readonly #lastNumbers = new Map<string, number>();

  next(id: string): string {
    let number = this.#lastNumbers.get(id) ?? 0;
    let unique: string;
    do {
      number += 1;
      unique = number === 1 ? id : `${id}#${number}`;
      // A test may itself be named `…#2`: every pass takes one of the ids that are taken, so the loop ends.
    } while (this.#taken.has(unique));
    this.#lastNumbers.set(id, number);
    this.#taken.add(unique);
    return unique;
  }
}
