import type { Clock } from '@drydock/core';
import type { DockerEngine } from './docker-engine.ts';

/** Between two looks: an engine that is away is noticed within 6 s, its return within one. */
const INTERVAL_MS = 1_000;

export interface EngineObserver {
  /** The engine stopped answering. Told once per outage. */
  lost(error: unknown): void;
  /** It answers again. */
  found(): void;
}

interface EngineWatch {
  readonly engine: Pick<DockerEngine, 'ping'>;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly observer: EngineObserver;
}

/** Tells when the engine stops answering and when it answers again, until `signal` aborts. It answers at first. */
export async function watchEngine(
  { engine, clock, observer }: EngineWatch,
  signal: AbortSignal,
): Promise<void> {
  let answers = true;
  while (!signal.aborted) {
    try {
      await engine.ping();
      if (signal.aborted) return;
      if (!answers) observer.found();
      answers = true;
    } catch (error) {
      if (answers) observer.lost(error);
      answers = false;
    }
    // Cut short is the end.
    await clock.sleep(INTERVAL_MS, signal).catch(() => undefined);
  }
}
