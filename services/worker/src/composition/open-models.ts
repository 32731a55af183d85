import type { Clock, ModelGateway } from '@drydock/core';
import type { ModelApi } from '@drydock/models';
import { OpenAiModels, loadModelTable } from '@drydock/models';
import type { Secret } from '@drydock/service-kit';
import { measureModels } from './measure-models.ts';
import type { WorkerMetrics } from '../metrics.ts';

interface ModelServer {
  readonly baseUrl: string | undefined;
  readonly apiKey: Secret | undefined;
  readonly api: ModelApi;
  /** Rows of the operator, before the shipped ones. */
  readonly modelsFile: string | undefined;
  /** How long it may be silent before a call is tried again. */
  readonly idleTimeoutMs: number;
}

/**
 * The model server that is configured, measured. The only place where its key is revealed. Throws ConfigError where the
 * operator's table cannot be used.
 */
export async function openModels(
  { baseUrl, apiKey, api, modelsFile, idleTimeoutMs }: ModelServer,
  { clock, metrics }: { readonly clock: Clock; readonly metrics: WorkerMetrics },
): Promise<ModelGateway> {
  const models = new OpenAiModels({
    baseUrl,
    apiKey: apiKey?.reveal(),
    table: await loadModelTable(modelsFile),
    api,
    clock,
    idleTimeoutMs,
    // oxlint-disable-next-line no-restricted-properties -- the one source of jitter, handed to whoever needs some
    random: Math.random,
    onRetry: (code) => metrics.modelRetried(code),
    onBreaker: (state) => metrics.modelBreaker(state),
  });
  return measureModels(models, { clock, metrics });
}
