import type {
  AgentFrame,
  MessageId,
  ToolCall,
  ToolImage,
  TranscriptItem,
  TranscriptLine,
} from '@drydock/contracts';
import type { ModelTurn } from '@drydock/core';
import { DrydockError } from '@drydock/core';

type CompletionBody = Extract<AgentFrame, { type: 'model.complete' }>['body'];

type Message = Extract<TranscriptItem, { type: 'message' }>;
type ToolOutput = Extract<TranscriptItem, { type: 'tool_output' }>;

/** Model servers take ids of up to 64 characters. */
const MAX_ID_STEM = 56;
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
  readonly #images = new Map<string, ToolImage>();
  /** Every id that a call had. */
  readonly #callIds = new Set<string>();
  readonly #messageIds = new Set<string>();
  #isBegun = false;

  get items(): readonly TranscriptItem[] {
    return this.#items;
  }

  /** What the model was shown before it said its first word. */
  get opening(): readonly TranscriptItem[] {
    return this.#items.slice(0, this.#openingLength);
  }

  /** Whether the agent of this attempt has said what it has to say, the task for one: before that nothing is new. */
  get isBegun(): boolean {
    return this.#isBegun;
  }

  /** Whether the model was told this message of a person, in this attempt or in one that it goes on from. */
  hasMessage(id: MessageId): boolean {
    return this.#messageIds.has(id);
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
    this.#isBegun = true;
  }

  /**
   * Takes a turn of the model: its items. Returns its tool calls, each with an id that no other has: servers give one
   * twice, and outputs and events would be anybody's.
   */
  record({ items, status, usage }: Pick<ModelTurn, 'items' | 'status' | 'usage'>): ToolCall[] {
    const recorded = items.map((item) => (item.type === 'tool_call' ? this.#rename(item) : item));
    for (const item of recorded) this.#addLine(item);
    this.#addLine({ type: 'turn_ended', turn: this.#turns + 1, status, usage });
    const calls = recorded.flatMap((item) => (item.type === 'tool_call' ? [item.call] : []));
    this.#open = new Map(calls.map((call) => [call.callId, call]));
    this.#answered = new Set();
    return calls;
  }

  /** Shows the model an image with the output of a call that was taken. */
  attach(callId: string, image: ToolImage): void {
    if (this.#answered.has(callId)) this.#images.set(callId, image);
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
  tell(item: Message): void {
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
      if (line.type === 'tool_call') this.#callIds.add(line.call.callId);
      if (line.type === 'message' && line.messageId !== undefined) this.#messageIds.add(line.messageId);
      this.#items.push(line);
    }
  }

  #rename({ type, call }: Extract<TranscriptItem, { type: 'tool_call' }>): {
    type: 'tool_call';
    call: ToolCall;
  } {
    let { callId } = call;
    // Ends: each round is another number, and what is taken is finite.
    for (let copy = 2; this.#callIds.has(callId); copy += 1)
      callId = `${call.callId.slice(0, MAX_ID_STEM)}_${copy}`;
    this.#callIds.add(callId);
    return { type, call: { ...call, callId } };
  }

  #admit(item: TranscriptItem): TranscriptItem {
    if (item.type === 'message' && item.role !== 'assistant') return ofNobody(item);
    if (item.type === 'tool_output' && this.#answered.delete(item.callId)) return this.#illustrate(item);
    throw new DrydockError('protocol_error', {
      message: 'The agent added an item that only the model may add.',
    });
  }

  /** An image is the worker's: the agent cannot show the model one. */
  #illustrate(item: ToolOutput): ToolOutput {
    const { image: _, ...said } = item;
    const image = this.#images.get(said.callId);
    this.#images.delete(said.callId);
    return image === undefined ? said : { ...said, image };
  }

  /** How many lines there are: what was said, and the marks between. */
  get lineCount(): number {
    return this.#lines.length;
  }

  /** What was said behind the first lines; of a cut only what was not said before it. */
  linesFrom(first: number): TranscriptLine[] {
    return this.#lines.slice(first).map((line) => {
      if (line.type !== 'compacted') return line;
      const said = new Set(this.#lines.map((each) => JSON.stringify(each)));
      return { ...line, items: line.items.filter((item) => !said.has(JSON.stringify(item))) };
    });
  }

  /** The conversation as it was, to go on from. */
  toJsonLines(): Uint8Array {
    return toLines(this.#lines);
  }

  /** The first lines, all where no number is given, for people: of an image its size and digest, not its bytes. */
  toReadableLines(lines?: number): Uint8Array {
    return toLines(this.#lines.slice(0, lines).map(withoutImageData));
  }
}

const toLines = (lines: readonly TranscriptLine[]): Uint8Array =>
  new TextEncoder().encode(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));

function withoutImageData(line: TranscriptLine): TranscriptLine {
  if (line.type !== 'tool_output' || line.image === undefined) return line;
  const { data: _, ...image } = line.image;
  return { ...line, image };
}

/** What a person wrote is the worker's to say: else an agent could make it look as if the model had read it. */
function ofNobody(item: Message): Message {
  const { messageId: _, ...said } = item;
  return said;
}

const isOfModel = (item: TranscriptItem): boolean =>
  item.type === 'reasoning' ||
  item.type === 'tool_call' ||
  (item.type === 'message' && item.role === 'assistant');
