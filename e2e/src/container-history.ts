import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:http';
import { createInterface } from 'node:readline';
import { readSetupFacts } from '@drydock/testing';

const CONNECT_TIMEOUT_MS = 5_000;

/** One thing that the engine says of a container. */
export interface ContainerEvent {
  readonly containerId: string;
  /** `create`, `start`, `die`, `destroy`; an exec with what it runs: `exec_start: /opt/drydock/…`. */
  readonly action: string;
  /** Epoch milliseconds, with fractions, by the engine. */
  readonly at: number;
}

interface EngineEvent {
  readonly Action: string;
  readonly Actor: { readonly ID: string };
  readonly timeNano: number;
}

/** What the engine says of an installation's containers while this is open. */
export class ContainerHistory implements Disposable {
  readonly #response: IncomingMessage;
  readonly #events: ContainerEvent[] = [];
  readonly #listeners = new Set<() => void>();

  private constructor(response: IncomingMessage) {
    this.#response = response;
    // An engine that goes away ends the history; what it said stays.
    response.on('error', () => undefined);
    createInterface({ input: response })
      .on('line', (line) => this.#note(JSON.parse(line) as EngineEvent))
      .on('error', () => undefined);
  }

  static async open(instanceId: string, dockerSocket?: string): Promise<ContainerHistory> {
    const socketPath = dockerSocket ?? readSetupFacts().dockerSocket;
    const filters = JSON.stringify({ type: ['container'], label: [`drydock.instance=${instanceId}`] });
    const request = get({ socketPath, path: `/events?filters=${encodeURIComponent(filters)}` });
    const signal = AbortSignal.timeout(CONNECT_TIMEOUT_MS);
    const [response] = (await once(request, 'response', { signal })) as [IncomingMessage];
    return new ContainerHistory(response);
  }

  get events(): readonly ContainerEvent[] {
    return this.#events;
  }

  /** Every container that was ever heard of. */
  get containerIds(): ReadonlySet<string> {
    return new Set(this.#events.map(({ containerId }) => containerId));
  }

  /** Resolves when what was said so far, from `since` on, holds; rejects when the signal aborts first. */
  async waitFor(holds: (events: readonly ContainerEvent[]) => boolean, signal: AbortSignal): Promise<void> {
    const seen = Promise.withResolvers<void>();
    const check = (): void => void (holds(this.#events) && seen.resolve());
    const onAbort = (): void => seen.reject(signal.reason);
    this.#listeners.add(check);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      check();
      await seen.promise;
    } finally {
      this.#listeners.delete(check);
      signal.removeEventListener('abort', onAbort);
    }
  }

  [Symbol.dispose](): void {
    this.#response.destroy();
  }

  #note({ Action: action, Actor, timeNano }: EngineEvent): void {
    this.#events.push({ containerId: Actor.ID, action, at: timeNano / 1e6 });
    for (const listener of this.#listeners) listener();
  }
}
