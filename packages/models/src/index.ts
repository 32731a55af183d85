export { BREAKER_STATES } from './breaker.ts';
export type { BreakerState } from './breaker.ts';
export { loadModelTable } from './load-model-table.ts';
export { ModelTable } from './model-table.ts';
export { UNKNOWN_MODEL } from './models-file.ts';
export type { Capabilities, ModelsFile } from './models-file.ts';
export { MODEL_APIS, OpenAiModels } from './openai-models.ts';
export type { ModelApi, OpenAiModelsOptions } from './openai-models.ts';
export type { TransientCode } from './retry.ts';
