import type { ClientClock } from './client-clock.ts';

export interface ClientOptions {
  /** Where the API answers, `http://127.0.0.1:8080` for example. */
  readonly baseUrl: string;
  readonly apiKey: string;
  /** Per request; an event stream is bounded by its heartbeats instead. Default 30,000. */
  readonly timeoutMs?: number;
  readonly fetch?: typeof globalThis.fetch;
  readonly clock?: ClientClock;
}
