import type { ToolCall, TranscriptItem } from '@drydock/contracts';
import { TranscriptItem as Item } from '@drydock/contracts';
import { badAnswer } from './bad-answer.ts';
import type { WireTurn } from './wire.ts';

/** The text of a turn must fit one frame (1 MiB) after it is escaped. */
const MAX_SHOWN_BYTES = 900_000;
/** With encrypted reasoning; every item is sent back in every later turn. */
const MAX_TURN_BYTES = 4 << 20;
export const MAX_CALLS = 64;
/** The longest that model servers take back. */
const MAX_CALL_ID_CHARS = 64;

interface Draft extends Pick<WireTurn, 'status' | 'cause' | 'usage'> {
  /** As they came from the wire: their shape is checked here. */
  readonly items: readonly TranscriptItem[];
  /** Of the transcript so far: makes new call ids unlike all before. */
  readonly length: number;
}

/** Checks the items of an answer, gives every call an id of its own, and refuses what is too large. */
export function finishTurn({ items: drafts, length, ...rest }: Draft): WireTurn {
  const items = repairCalls(Item.array().parse(drafts.map(nameCall)), length);
  const turn = {
    ...rest,
    items,
    text: items.flatMap((item) => (item.type === 'message' ? [item.text] : [])).join('\n\n'),
    toolCalls: items.flatMap((item) => (item.type === 'tool_call' ? [item.call] : [])),
  };
  assertBounded(turn);
  return turn;
}

/** A call without an id, or with an endless one, gets its id below. */
function nameCall(item: TranscriptItem): TranscriptItem {
  if (item.type !== 'tool_call' || isUsable(item.call.callId)) return item;
  return { type: 'tool_call', call: { ...item.call, callId: UNNAMED } };
}

const UNNAMED = ' ';
const isUsable = (callId: unknown): boolean =>
  typeof callId === 'string' && callId.length > 0 && callId.length <= MAX_CALL_ID_CHARS;

/** A call that was sent twice counts once; two calls of one id are two calls. */
function repairCalls(items: readonly TranscriptItem[], length: number): TranscriptItem[] {
  const taken = new Map<string, ToolCall>();
  return items.flatMap((item, index): TranscriptItem[] => {
    if (item.type !== 'tool_call') return [item];
    const { call } = item;
    const twin = taken.get(call.callId);
    if (twin !== undefined && isSameCall(twin, call)) return [];
    const isFree = call.callId !== UNNAMED && twin === undefined;
    const callId = isFree ? call.callId : `call_repaired_${length}_${index}`;
    const repaired = { ...call, callId };
    taken.set(callId, repaired);
    return [{ type: 'tool_call', call: repaired }];
  });
}

const isSameCall = (a: ToolCall, b: ToolCall): boolean =>
  a.name === b.name && a.input === b.input && a.form === b.form;

const sizeOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

function assertBounded({ items, text, toolCalls }: WireTurn): void {
  const shown = sizeOf(text);
  if (shown > MAX_SHOWN_BYTES)
    throw badAnswer(`${shown} bytes, more than the ${MAX_SHOWN_BYTES} that are taken`);
  const kept = sizeOf(items);
  if (kept > MAX_TURN_BYTES)
    throw badAnswer(`${kept} bytes in one turn, more than the ${MAX_TURN_BYTES} that are kept`);
  if (toolCalls.length > MAX_CALLS) throw badAnswer(`${toolCalls.length} tool calls in one turn`);
}
