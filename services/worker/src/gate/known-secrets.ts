import type { KnownSecret } from '@drydock/core';
import type { readConfig } from '../config.ts';

/** Secrets of this process that nothing it writes may hold. */
export function knownSecrets({
  model,
  checkpointKey,
}: Pick<ReturnType<typeof readConfig>, 'model' | 'checkpointKey'>): KnownSecret[] {
  const key = model.apiKey === undefined ? [] : [{ name: 'OPENAI_API_KEY', value: model.apiKey.reveal() }];
  return [...key, { name: 'DRYDOCK_CHECKPOINT_KEY', value: checkpointKey.reveal() }];
}
