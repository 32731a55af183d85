import type { Logger } from '@drydock/service-kit';
import type { MonitorMetrics } from './metrics.ts';
import type { FinishedPass } from './run-sweeps.ts';
import type { SweepName } from './sweep.ts';
import { SWEEPS } from './sweep.ts';

/**
 * What became of every sweep's last pass. Counts each pass but writes a line only when something changes: with Redis
 * down for an hour, three sweeps a second would say the same thing ten thousand times.
 */
export class SweepJournal {
  readonly #log: Logger;
  readonly #metrics: Pick<MonitorMetrics, 'passFinished'>;
  readonly #last = new Map<SweepName, string>();

  constructor(log: Logger, metrics: Pick<MonitorMetrics, 'passFinished'>) {
    this.#log = log;
    this.#metrics = metrics;
  }

  /** Whether the last pass of every sweep did its work. */
  get healthy(): boolean {
    return SWEEPS.every((sweep) => this.#last.get(sweep) === '');
  }

  record(pass: FinishedPass): void {
    this.#metrics.passFinished(pass);
    const { sweep, outcome, error } = pass;
    const problem = outcome === 'done' ? '' : describe(error);
    const before = this.#last.get(sweep) ?? '';
    this.#last.set(sweep, problem);
    if (problem === before) return;
    if (problem === '') this.#log.info('sweep.recovered', { sweep });
    else this.#log.error('sweep.failed', { sweep, outcome, err: error });
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : 'unknown';
}
