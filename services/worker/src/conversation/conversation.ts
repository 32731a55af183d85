import type { AgentFrame, ToolCall, TranscriptItem, TranscriptLine } from '@drydock/contracts';
import type { ModelTurn } from '@drydock/core';
import { DrydockError } from '@drydock/core';

type CompletionBody = Extract<AgentFrame, { type: 'model.complete' }>['body'];

/** Some thirty times the largest context window; it is held in memory and sent with every turn. */
const MAX_TRANSCRIPT_BYTES = 32 << 20;

const INTERRUPTED =
  'Interrupted: whether it ran to its end is not known, and its output is lost. Look at the workspace.';

/**
 * The worker's own record of an attempt's conversation. The agent process only adds what a user or a tool says;
 * assistant items come from the model gateway alone, and a tool call can be asked for once, by the id that the model
 * gave it. So a hostile agent process can neither put words into the model's mouth nor call what it did not call.
 */
export class Conversation {
  /** All that was ever said, in order. */
  readonly #lines: TranscriptLine[] = [];
  /** What the model is shown. */
  #items: TranscriptItem[] = [];
  /** How many of them came before the first word of the model. */
  #openingLength: number | undefined;
  #bytes = 0;
  #turns = 0;
  #open = new Map<string, ToolCall>();
  #answered = new Set<string>();

  get items(): readonly TranscriptItem[] {
    return this.#items;
  }

  /** What the model was shown before it said its first word. */
  get opening(): readonly TranscriptItem[] {
    return this.#items.slice(0, this.#openingLength);
  }

  /**
   * Goes on from what was said in an older attempt. What it left unanswered was lost with it, and that is the answer: a
   * model server takes no call without an output. `answers` are those that came while nobody held the job, by call id.
   */
  resume(lines: readonly TranscriptLine[], answers: ReadonlyMap<string, string> = new Map()): void {
    for (const line of lines) this.#addLine(line);
    const items = [...this.#items];
    const answered = new Set(items.flatMap((item) => (item.type === 'tool_output' ? [item.callId] : [])));
    for (const item of items) {
      if (item.type !== 'tool_call' || answered.has(item.call.callId)) continue;
      const { callId, form } = item.call;
      this.#addLine({ type: 'tool_output', callId, form, output: answers.get(callId) ?? INTERRUPTED });
    }
  }

  /** Takes what the agent adds before a model call. Throws `protocol_error` on anything it may not add. */
  append(items: CompletionBody['append']): void {
    for (const item of items) this.#addLine(this.#admit(item));
  }

  /** Takes a turn of the model: its items and its tool calls. */
  record(turn: ModelTurn): void {
    for (const item of turn.items) this.#addLine(item);
    const { status, usage } = turn;
    this.#addLine({ type: 'turn_ended', turn: this.#turns + 1, status, usage });
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

  /** What the platform has to say before the next turn: behind the outputs of the last one. */
  tell(item: Extract<TranscriptItem, { type: 'message' }>): void {
    this.#addLine(item);
  }

  /** From now on the model is shown these items in the place of all that it was shown before. */
  compact(items: readonly TranscriptItem[]): void {
    this.#addLine({ type: 'compacted', items: [...items] });
  }

  #addLine(line: TranscriptLine): void {
    this.#bytes += Buffer.byteLength(JSON.stringify(line));
    if (this.#bytes > MAX_TRANSCRIPT_BYTES) {
      const message = `The transcript grew over ${MAX_TRANSCRIPT_BYTES} bytes, more than any model can read.`;
      throw new DrydockError('budget_exceeded', { message });
    }
    this.#lines.push(line);
    if (line.type === 'turn_ended') this.#turns = line.turn;
    else if (line.type === 'compacted') {
      this.#openingLength ??= this.#items.length;
      this.#items = [...line.items];
    } else {
      if (isOfModel(line)) this.#openingLength ??= this.#items.length;
      this.#items.push(line);
    }
  }

  #admit(item: TranscriptItem): TranscriptItem {
    if (item.type === 'message' && item.role !== 'assistant') return item;
    if (item.type === 'tool_output' && this.#answered.delete(item.callId)) return item;
    throw new DrydockError('protocol_error', {
      message: 'The agent added an item that only the model may add.',
    });
  }

  /** How many lines there are: what was said, and the marks between. */
  get lineCount(): number {
    return this.#lines.length;
  }

  /** The first lines, all where no number is given, as lines of JSON. */
  toJsonLines(lines?: number): Uint8Array {
    return new TextEncoder().encode(
      this.#lines
        .slice(0, lines)
        .map((line) => `${JSON.stringify(line)}\n`)
        .join(''),
    );
  }
}

const isOfModel = (item: TranscriptItem): boolean =>
  item.type === 'reasoning' ||
  item.type === 'tool_call' ||
  (item.type === 'message' && item.role === 'assistant');
