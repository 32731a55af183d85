import type { AgentFrame, ToolCall, TranscriptItem } from '@drydock/contracts';
import type { ModelTurn } from '@drydock/core';
import { DrydockError } from '@drydock/core';

type CompletionBody = Extract<AgentFrame, { type: 'model.complete' }>['body'];

/**
 * The worker's own record of an attempt's conversation. The agent process only adds what a user or a tool says;
 * assistant items come from the model gateway alone, and a tool call can be asked for once, by the id that the model
 * gave it. So a hostile agent process can neither put words into the model's mouth nor call what it did not call.
 */
export class Conversation {
  readonly #items: TranscriptItem[] = [];
  #open = new Map<string, ToolCall>();
  #answered = new Set<string>();

  get items(): readonly TranscriptItem[] {
    return this.#items;
  }

  /** Takes what the agent adds before a model call. Throws `protocol_error` on anything it may not add. */
  append(items: CompletionBody['append']): void {
    for (const item of items) this.#items.push(this.#admit(item));
  }

  /** Takes a turn of the model: its items and its tool calls. */
  record(turn: ModelTurn): void {
    this.#items.push(...turn.items);
    this.#open = new Map(turn.toolCalls.map((call) => [call.callId, call]));
    this.#answered = new Set();
  }

  /** The call of the last turn with this id, once. Throws `protocol_error` where there is none. */
  takeCall(callId: string): ToolCall {
    const call = this.#open.get(callId);
    if (call === undefined) {
      throw new DrydockError('protocol_error', {
        message: 'The agent asked for a tool call the model did not make.',
      });
    }
    this.#open.delete(callId);
    this.#answered.add(callId);
    return call;
  }

  #admit(item: TranscriptItem): TranscriptItem {
    if (item.type === 'message' && item.role !== 'assistant') return item;
    if (item.type === 'tool_output' && this.#answered.delete(item.callId)) return item;
    throw new DrydockError('protocol_error', {
      message: 'The agent added an item that only the model may add.',
    });
  }

  /** The artifact transcript.jsonl. */
  toJsonLines(): Uint8Array {
    return new TextEncoder().encode(this.#items.map((item) => `${JSON.stringify(item)}\n`).join(''));
  }
}
