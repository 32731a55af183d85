import { encryptedOf } from './build-response.ts';
import type { Item } from './spoken.ts';
import type { ReplyItem, Step } from './transcript.ts';

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
  if (!wanted.includes('reasoning') || last === undefined) return undefined;
  return reasoningOf(last)
    .map((answered) => findChange(answered, input))
    .find((change) => change !== undefined);
}

type Reasoning = Extract<ReplyItem, { reasoning: string }>;

interface AnsweredReasoning {
  readonly id: string;
  readonly item: Reasoning;
}

function reasoningOf({ name, step, played }: Answered): AnsweredReasoning[] {
  if ('branches' in played) return [];
  return played.reply.flatMap((item, index) =>
    'reasoning' in item ? [{ id: `rs_${name}_${step}_${index}`, item }] : [],
  );
}

function findChange({ id, item }: AnsweredReasoning, input: readonly Item[]): string | undefined {
  const returned = input.find((one) => one.type === 'reasoning' && one.id === id);
  if (returned?.type !== 'reasoning') return `the reasoning ${id} did not come back.`;
  const isSame =
    returned.encrypted_content === encryptedOf(item) && returned.summary[0]?.text === item.reasoning;
  return isSame ? undefined : `the reasoning ${id} came back changed.`;
}

const isPhaseless = (item: Item): boolean =>
  item.type === 'message' && item.role === 'assistant' && !item.phase;
