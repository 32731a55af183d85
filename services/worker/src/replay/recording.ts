import type { TranscriptItem, TranscriptLine } from '@drydock/contracts';
import type { ModelTurn } from '@drydock/core';
import { NO_USAGE } from '@drydock/core';

/** What a recorded conversation has, one step for each turn of the model or cut of the conversation. */
export type RecordedStep =
  | { readonly kind: 'turn'; readonly before: readonly TranscriptItem[]; readonly turn: ModelTurn }
  | {
      readonly kind: 'compacted';
      readonly before: readonly TranscriptItem[];
      readonly items: readonly TranscriptItem[];
    }
  /** What came after the model's last words. */
  | { readonly kind: 'end'; readonly before: readonly TranscriptItem[] };

/** Reads the steps of a transcript, the end among them. */
export function readSteps(lines: readonly TranscriptLine[]): RecordedStep[] {
  const steps: RecordedStep[] = [];
  let before: TranscriptItem[] = [];
  let answer: TranscriptItem[] = [];
  for (const line of lines) {
    if (line.type === 'turn_ended') {
      steps.push({ kind: 'turn', before, turn: toTurn(answer, line.status) });
      [before, answer] = [[], []];
    } else if (line.type === 'compacted') {
      steps.push({ kind: 'compacted', before, items: line.items });
      before = [];
    } else if (isOfModel(line)) answer.push(line);
    else before.push(line);
  }
  return [...steps, { kind: 'end', before }];
}

/** Its tokens were paid for when it was recorded. */
function toTurn(items: readonly TranscriptItem[], status: ModelTurn['status']): ModelTurn {
  return {
    items,
    text: items.flatMap((item) => (item.type === 'message' ? [item.text] : [])).join('\n'),
    toolCalls: items.flatMap((item) => (item.type === 'tool_call' ? [item.call] : [])),
    status,
    usage: NO_USAGE,
    usageEstimated: false,
    notTaken: [],
  };
}

const isOfModel = (item: TranscriptItem): boolean =>
  item.type === 'reasoning' ||
  item.type === 'tool_call' ||
  (item.type === 'message' && item.role === 'assistant');
