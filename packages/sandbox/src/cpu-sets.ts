/** Hands out cores in turn, so that sandboxes do not all run on the first ones. */
export class CpuSets {
  readonly #cores: readonly number[];
  #next = 0;

  constructor(cores: readonly number[]) {
    this.#cores = cores;
  }

  /** Enough cores for a quota of `cpus`, and the quota as far as this host has it. */
  take(cpus: number): { readonly cpuset: string; readonly cpus: number } {
    const count = Math.min(Math.max(1, Math.ceil(cpus)), this.#cores.length);
    const taken = Array.from({ length: count }, (_, index) => this.#at(this.#next + index));
    this.#next = (this.#next + count) % this.#cores.length;
    return { cpuset: taken.toSorted((a, b) => a - b).join(','), cpus: Math.min(cpus, count) };
  }

  #at(index: number): number {
    return this.#cores[index % this.#cores.length] ?? 0;
  }
}

/** Parses a kernel list of cores: `0-1,4`. */
export function parseCpuList(list: string): readonly number[] {
  return list
    .trim()
    .split(',')
    .flatMap((range) => {
      const [first = 0, last = first] = range.split('-').map(Number);
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    });
}
