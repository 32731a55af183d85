export { parseStackConfig } from './config.ts';
export type { StackConfig } from './config.ts';
export { readSetupFacts } from './setup-facts.ts';
export { StartError, explainFailure } from './start-error.ts';
export { startStack } from './start-stack.ts';
export type { ServiceName, Stack } from './start-stack.ts';
export { watchStopSignals } from './stop-signal.ts';
