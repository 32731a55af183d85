import type { ErrorCode } from '@drydock/contracts';
import type { JobConsumer } from '@drydock/queue';
import type { SandboxHost } from '@drydock/sandbox';
import type { Logger } from '@drydock/service-kit';

interface BreakerDeps {
  readonly host: Pick<SandboxHost, 'watchEngine'>;
  readonly consumer: Pick<JobConsumer, 'pause' | 'resume'>;
  readonly log: Pick<Logger, 'warn' | 'info'>;
}

/**
 * Keeps this worker from claiming jobs that it has no engine for: they wait, or another worker takes them. Open at
 * first, and while the engine does not answer; it closes by itself.
 */
export class EngineBreaker {
  #isOpen = true;

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Why the worker is not ready. */
  get obstacle(): ErrorCode | undefined {
    return this.#isOpen ? 'engine_unavailable' : undefined;
  }

  /** The engine was found. */
  close(): void {
    this.#isOpen = false;
  }

  /** Watches until `signal` aborts. */
  watch({ host, consumer, log }: BreakerDeps, signal: AbortSignal): Promise<void> {
    const lost = (err: unknown): void => {
      this.#isOpen = true;
      consumer.pause();
      log.warn('engine.lost', { next: 'no job is claimed until Docker Engine answers', err });
    };
    const found = (): void => {
      this.close();
      consumer.resume();
      log.info('engine.found');
    };
    return host.watchEngine({ lost, found }, signal);
  }
}
