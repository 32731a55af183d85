/** Calls `onTick` every `intervalMs` until stopped; it does not keep the process alive. */
export class Interval {
  readonly #timer: NodeJS.Timeout;

  constructor(intervalMs: number, onTick: () => void) {
    this.#timer = setInterval(onTick, intervalMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
