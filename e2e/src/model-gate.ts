import type { ServerResponse } from 'node:http';
import type { ChooseModel, ModelRelay } from './model-relay.ts';
import { startModelRelay } from './model-relay.ts';

/** A model server whose next answer a test decides: another transcript, or none. */
export interface ModelGate extends ModelRelay {
  /** Every conversation is answered from this transcript from now on, whatever model it asks for. */
  play(transcript: string): void;
  /** Keeps the next call but `skipped` unanswered for good; resolves when it is there. */
  hold(skipped: number): Promise<void>;
  /** Hangs up on the call that is held. */
  drop(): void;
}

interface Hold {
  skipped: number;
  readonly arrived: PromiseWithResolvers<void>;
}

export async function startModelGate(): Promise<ModelGate> {
  let transcript: string | undefined;
  let held: Hold | undefined;
  let waiting: ServerResponse | undefined;
  const choose: ChooseModel = ({ model }, { response }) => {
    if (held === undefined || held.skipped-- > 0) return transcript ?? model;
    held.arrived.resolve();
    held = undefined;
    waiting = response;
    return undefined;
  };
  return {
    ...(await startModelRelay(choose)),
    play: (name) => void (transcript = `scripted/${name}`),
    hold: (skipped) => {
      held = { skipped, arrived: Promise.withResolvers() };
      return held.arrived.promise;
    },
    drop: () => void waiting?.destroy(),
  };
}
