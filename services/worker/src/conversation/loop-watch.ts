import { createHash } from 'node:crypto';
import type { Observation, ToolCall } from '@drydock/contracts';

/** How often the same call may fail in the same way before the model is told, and before the job ends. */
const FAILURES = { told: 3, stuck: 6 } as const;
/** The same for a call that works, and says the same every time. */
const SUCCESSES = { told: 6, stuck: 12 } as const;
/** Calls that are looked back at: what was repeated long ago is no loop. */
const WINDOW = 24;

export type LoopVerdict =
  | { readonly kind: 'fine' }
  /** To be told to the model. */
  | { readonly kind: 'repeated'; readonly message: string }
  | { readonly kind: 'stuck'; readonly message: string };

interface SeenCall {
  readonly digest: string;
  readonly failed: boolean;
}

/** Notices a model that goes in circles: the same call with the same result. What still runs is polled, and no loop. */
export class LoopWatch {
  #seen: SeenCall[] = [];

  note(call: Pick<ToolCall, 'name' | 'input'>, observation: Observation): LoopVerdict {
    if (observation.kind === 'command' && observation.sessionId !== undefined) return { kind: 'fine' };
    const digest = digestOf(call, observation);
    const failed = isFailure(observation);
    this.#seen = [...this.#seen.slice(1 - WINDOW), { digest, failed }];
    const times = this.#seen.filter((seen) => seen.digest === digest).length;
    const { told, stuck } = failed ? FAILURES : SUCCESSES;
    if (times >= stuck) {
      return { kind: 'stuck', message: `${call.name} was called ${times} times with the same result.` };
    }
    return times === told ? { kind: 'repeated', message: nudge(call.name, times, failed) } : { kind: 'fine' };
  }
}

function nudge(name: string, times: number, failed: boolean): string {
  const what = failed ? 'fails in the same way every time' : 'says the same every time';
  return `You have made this call of ${name} ${times} times and it ${what}. Do not make it again: read what it says, find out why, and try something else. If nothing else can be done, submit what there is and say in the summary what is left.`;
}

function isFailure(observation: Observation): boolean {
  if (observation.kind === 'command') return observation.exitCode !== 0;
  return observation.kind === 'refused';
}

/** Numbers differ from run to run, as times and process ids do, and mean nothing here. */
function digestOf({ name, input }: Pick<ToolCall, 'name' | 'input'>, observation: Observation): string {
  const result =
    observation.kind === 'command'
      ? [observation.exitCode, observation.signal, observation.head, observation.tail]
      : observation;
  const text = JSON.stringify(result).replaceAll(/\d+/g, '0');
  return createHash('sha256')
    .update(JSON.stringify([name, input, text]))
    .digest('base64');
}
