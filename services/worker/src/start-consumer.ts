import type { OnStoreError, OpenQueue } from '@drydock/queue';
import type { SandboxHost } from '@drydock/sandbox';
import type { Shutdown } from '@drydock/service-kit';
import type { WorkerDeps } from './deps.ts';
import type { EngineBreaker } from './attempt/engine-breaker.ts';
import { runAttempt } from './attempt/run-attempt.ts';

const CLOSE_MS = 5_000;
/** How long attempts may go on after SIGTERM before they are handed back to the queue. */
const DRAIN_MS = 20_000;

interface ConsumerContext {
  readonly queue: Pick<OpenQueue, 'startConsumer'>;
  readonly host: Pick<SandboxHost, 'watchEngine'>;
  readonly breaker: EngineBreaker;
  readonly concurrency: number;
  readonly shutdown: Shutdown;
  readonly onError: OnStoreError;
}

/** Starts to take jobs, while the engine answers, until the shutdown. */
export function startConsumer(deps: WorkerDeps, context: ConsumerContext): void {
  const { queue, host, breaker, concurrency, shutdown, onError } = context;
  const consumer = queue.startConsumer({
    concurrency,
    // A message that is left comes again: its job is still queued.
    handler: async (message, signal) => (breaker.isOpen ? undefined : runAttempt(deps, message, signal)),
    onError,
  });
  shutdown.add('consumer', DRAIN_MS + 2 * CLOSE_MS, () => consumer.close(DRAIN_MS));
  void breaker.watch({ host, consumer, log: deps.log }, shutdown.signal);
}
