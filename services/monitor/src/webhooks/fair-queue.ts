interface Lane<Item> {
  readonly waiting: Item[];
  active: number;
}

/** Gives items out so that each host has at most `maxPerHost` in work, and hosts with little in work go first. */
export class FairQueue<Item> {
  readonly #lanes = new Map<string, Lane<Item>>();
  readonly #maxPerHost: number;

  constructor(maxPerHost: number) {
    this.#maxPerHost = maxPerHost;
  }

  add(host: string, item: Item): void {
    const lane = this.#lanes.get(host) ?? { waiting: [], active: 0 };
    lane.waiting.push(item);
    this.#lanes.set(host, lane);
  }

  /** The next item, with what to call when it is done; undefined where none may go now. */
  take(): { readonly item: Item; readonly done: () => void } | undefined {
    const [lane] = [...this.#lanes.values()]
      .filter(({ waiting, active }) => waiting.length > 0 && active < this.#maxPerHost)
      .toSorted((a, b) => a.active - b.active);
    const item = lane?.waiting.shift();
    if (lane === undefined || item === undefined) return undefined;
    lane.active += 1;
    return { item, done: () => void (lane.active -= 1) };
  }

  /** What was not taken. */
  left(): Item[] {
    return [...this.#lanes.values()].flatMap(({ waiting }) => waiting);
  }
}
