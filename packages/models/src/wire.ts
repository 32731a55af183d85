import type { Usage } from '@drydock/contracts';
import type { Clock, ModelRequest, ModelTurn } from '@drydock/core';
import type OpenAI from 'openai';
import type { Capabilities } from './models-file.ts';
import type { Attempted } from './retry.ts';

export interface WireCall {
  readonly request: ModelRequest;
  readonly capabilities: Capabilities;
}

/** What a server answered, before it is priced. */
export type WireTurn = Omit<ModelTurn, 'usage' | 'usageEstimated' | 'notTaken'> & {
  /** Absent where the server reported none. */
  readonly usage?: Usage;
};

/** One API of a model server. */
export interface Wire {
  /** One attempt at a call, streaming. Throws `model_*` where no new attempt can help. */
  attempt(call: WireCall, signal: AbortSignal): Promise<Attempted<WireTurn>>;
}

export interface WireOptions {
  readonly client: OpenAI;
  /** Blotted out of everything that a server says. */
  readonly apiKey: string | undefined;
  readonly clock: Clock;
  /** A stream that is silent for so long is given up, milliseconds. */
  readonly idleTimeoutMs: number;
}
