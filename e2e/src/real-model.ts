import type { ModelCall, ModelRelay } from './model-relay.ts';
import { startModelRelay } from './model-relay.ts';

export interface RealModel extends ModelRelay {
  /** What it was asked so far. */
  readonly calls: readonly ModelCall[];
}

/**
 * A model server as a customer has one: it knows one model by its own name and wants a key. Behind it a written
 * conversation is played, chosen by what the job is about.
 */
export async function startRealModel(conversations: Readonly<Record<string, string>>): Promise<RealModel> {
  const calls: ModelCall[] = [];
  const relay = await startModelRelay((call, { body }) => {
    calls.push(call);
    const about = Object.keys(conversations).find((subject) => body.includes(subject));
    return conversations[about ?? ''] ?? call.model;
  });
  return { ...relay, calls };
}
