/** What was found, ending behind the unit that was just read. */
export interface AutomatonMatch {
  readonly value: number;
  readonly length: number;
}

const CHARS = 65_536;

/**
 * Aho-Corasick over UTF-16 units: finds every occurrence of many fixed texts in one pass, and knows at any time how
 * much of what was read could still become one.
 */
export class PatternAutomaton {
  readonly #next: Map<number, number>[] = [new Map<number, number>()];
  readonly #fail: number[] = [0];
  readonly #depth: number[] = [0];
  readonly #matches: (AutomatonMatch[] | undefined)[] = [undefined];
  readonly #starts = new Uint8Array(CHARS);

  constructor(patterns: readonly { readonly text: string; readonly value: number }[]) {
    for (const { text, value } of patterns) if (text !== '') this.#add(text, value);
    this.#link();
  }

  /** Whether reading this unit at the root leaves it; to skip all others fast. */
  isStart(unit: number): boolean {
    return this.#starts[unit] === 1;
  }

  step(state: number, unit: number): number {
    let at = state;
    for (;;) {
      const next = this.#next[at]?.get(unit);
      if (next !== undefined) return next;
      if (at === 0) return 0;
      at = this.#fail[at] ?? 0;
    }
  }

  /** Units at the end of what was read that could begin a match. */
  depth(state: number): number {
    return this.#depth[state] ?? 0;
  }

  /** The longest match that ends here. */
  matchAt(state: number): AutomatonMatch | undefined {
    return this.#matches[state]?.[0];
  }

  #add(text: string, value: number): void {
    let state = 0;
    for (let at = 0; at < text.length; at += 1) state = this.#child(state, text.charCodeAt(at));
    (this.#matches[state] ??= []).push({ value, length: text.length });
    this.#starts[text.charCodeAt(0)] = 1;
  }

  #child(state: number, unit: number): number {
    const known = this.#next[state]?.get(unit);
    if (known !== undefined) return known;
    const made = this.#next.length;
    this.#next.push(new Map<number, number>());
    this.#fail.push(0);
    this.#depth.push((this.#depth[state] ?? 0) + 1);
    this.#matches.push(undefined);
    this.#next[state]?.set(unit, made);
    return made;
  }

  /** Breadth first, so that the state a failure leads to is linked before. */
  #link(): void {
    const queue = [...(this.#next[0]?.values() ?? [])];
    for (let state = queue.shift(); state !== undefined; state = queue.shift()) {
      for (const [unit, child] of this.#next[state] ?? []) {
        this.#fail[child] = this.step(this.#fail[state] ?? 0, unit);
        const inherited = this.#matches[this.#fail[child] ?? 0];
        if (inherited !== undefined) (this.#matches[child] ??= []).push(...inherited);
        queue.push(child);
      }
    }
  }
}
