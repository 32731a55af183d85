import type { Clock, ModelGateway } from '@drydock/core';
import { OpenAiResponses } from '@drydock/models';
import type { Secret } from '@drydock/service-kit';
import { measureModels } from './measure-models.ts';
import type { WorkerMetrics } from './metrics.ts';

interface ModelServer {
  readonly baseUrl: string | undefined;
  readonly apiKey: Secret | undefined;
  /** How long it may be silent before a call is tried again. */
  readonly idleTimeoutMs: number;
}

/** The model server that is configured, measured. The only place where its key is revealed. */
export function openModels(
  { baseUrl, apiKey, idleTimeoutMs }: ModelServer,
  { clock, metrics }: { readonly clock: Clock; readonly metrics: WorkerMetrics },
): ModelGateway {
  const models = new OpenAiResponses({
    baseUrl,
    apiKey: apiKey?.reveal(),
    clock,
    idleTimeoutMs,
    // oxlint-disable-next-line no-restricted-properties -- the one source of jitter, handed to whoever needs some
    random: Math.random,
  });
  return measureModels(models, { clock, metrics });
}
