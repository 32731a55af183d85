import type { Clock, ModelGateway } from '@drydock/core';
import { toDrydockError } from '@drydock/core';
import type { WorkerMetrics } from '../metrics.ts';

interface Measuring {
  readonly clock: Clock;
  readonly metrics: Pick<WorkerMetrics, 'modelAnswered'>;
}

/** A gateway that reports how long each turn took and how it ended. */
export function measureModels(models: ModelGateway, { clock, metrics }: Measuring): ModelGateway {
  return {
    describe: (model) => models.describe(model),
    complete: async (request, signal) => {
      const startedAt = clock.now();
      const seconds = (): number => (clock.now() - startedAt) / 1_000;
      try {
        const turn = await models.complete(request, signal);
        metrics.modelAnswered(turn.status, seconds());
        return turn;
      } catch (error) {
        metrics.modelAnswered(signal.aborted ? 'interrupted' : toDrydockError(error).code, seconds());
        throw error;
      }
    },
  };
}
