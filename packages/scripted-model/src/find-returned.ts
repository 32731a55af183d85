import { encryptedOf } from './build-response.ts';
import type { Item } from './spoken.ts';
import type { Step } from './transcript.ts';

type Returned = NonNullable<Step['expect']>['returned'][number];

interface Answered {
  readonly name: string;
  /** Counted from 0. */
  readonly step: number;
  readonly played: Step;
}

/** What a client did not send back as it was answered; undefined where all is there. */
export function findUnreturned(
  wanted: readonly Returned[],
  last: Answered | undefined,
  input: readonly Item[],
): string | undefined {
  if (wanted.includes('phase') && input.some((item) => isPhaseless(item)))
    return 'a message of the assistant came back without its phase.';
  if (!wanted.includes('reasoning') || last === undefined || 'branches' in last.played) return undefined;
  for (const [index, item] of last.played.reply.entries()) {
    if (!('reasoning' in item)) continue;
    const id = `rs_${last.name}_${last.step}_${index}`;
    const returned = input.find((one) => one.type === 'reasoning' && one.id === id);
    if (returned?.type !== 'reasoning') return `the reasoning ${id} did not come back.`;
    if (returned.encrypted_content !== encryptedOf(item) || returned.summary[0]?.text !== item.reasoning)
      return `the reasoning ${id} came back changed.`;
  }
  return undefined;
}

const isPhaseless = (item: Item): boolean =>
  item.type === 'message' && item.role === 'assistant' && !item.phase;
