import type { TranscriptItem } from '@drydock/contracts';
import { Usage } from '@drydock/contracts';
import { readShape } from './bad-answer.ts';
import { ChatCalls } from './chat-calls.ts';
import type { CallDraft } from './chat-calls.ts';
import type { ChatUsage, Choice } from './chat-chunk.ts';
import { ChatChunk } from './chat-chunk.ts';
import { finishTurn } from './finish-turn.ts';
import { findWrapped, unwrapInput } from './freeform-as-function.ts';
import type { WireCall, WireTurn } from './wire.ts';

/** Why the model stopped, in the words of this API and of servers like it. */
const CUT_REASONS: ReadonlySet<string> = new Set(['length', 'max_tokens', 'model_length']);

/** A streamed chat completion, put together chunk by chunk. However it was cut into chunks, the turn is the same. */
export class ChatAnswer {
  readonly #calls = new ChatCalls();
  #content = '';
  #refusal = '';
  #reasoning = '';
  #finishReason: string | undefined;
  #usage: ChatUsage | undefined;

  /** Throws `model_bad_answer` where the chunk is none. */
  take(chunk: unknown): void {
    const { choices, usage } = readShape(() => ChatChunk.parse(chunk));
    for (const choice of choices ?? []) if (!choice.index) this.#takeChoice(choice);
    // Some servers count on with every chunk.
    if (usage) this.#usage = usage;
  }

  /** Whether the model has said everything; its usage may come after. */
  get isFinished(): boolean {
    return this.#finishReason !== undefined;
  }

  toTurn(call: WireCall): WireTurn {
    const end = this.#end();
    return readShape(() =>
      finishTurn({
        items: this.#items(call, end.status === 'incomplete'),
        length: call.request.transcript.length,
        ...end,
        ...(this.#usage === undefined ? {} : { usage: toUsage(this.#usage) }),
      }),
    );
  }

  #takeChoice({ delta, finish_reason }: Choice): void {
    if (delta) this.#takeDelta(delta);
    if (finish_reason) this.#finishReason = finish_reason;
  }

  #takeDelta(delta: NonNullable<Choice['delta']>): void {
    this.#content += delta.content ?? '';
    this.#refusal += delta.refusal ?? '';
    this.#reasoning += delta.reasoning_content ?? delta.reasoning ?? '';
    for (const call of delta.tool_calls ?? []) this.#calls.take(call);
  }

  #end(): Pick<WireTurn, 'status' | 'cause'> {
    const reason = this.#finishReason ?? '';
    if (reason === 'content_filter') return { status: 'refused', cause: 'content_filter' };
    if (this.#refusal !== '') return { status: 'refused', cause: 'refusal' };
    return CUT_REASONS.has(reason)
      ? { status: 'incomplete', cause: 'max_output_tokens' }
      : { status: 'completed' };
  }

  /** A call that the answer was cut in cannot be run, and an unanswered one cannot be sent back. */
  #items({ request, capabilities }: WireCall, isCut: boolean): TranscriptItem[] {
    const wrapped = findWrapped(request.tools, capabilities);
    const { drafts } = this.#calls;
    const whole = isCut ? drafts.slice(0, -1) : drafts;
    const text = [this.#content, this.#refusal].filter((part) => part !== '').join('\n\n');
    return [
      ...(this.#reasoning === ''
        ? []
        : [{ type: 'reasoning' as const, id: '', summary: [], content: [this.#reasoning] }]),
      ...(text === '' ? [] : [{ type: 'message' as const, role: 'assistant' as const, text }]),
      ...whole.map((draft) => toToolCall(draft, wrapped)),
    ];
  }
}

function toToolCall(
  { id: callId, name, input, form }: CallDraft,
  wrapped: ReadonlySet<string>,
): TranscriptItem {
  const call =
    form === 'function' && wrapped.has(name)
      ? { callId, name, input: unwrapInput(input), form: 'freeform' as const }
      : { callId, name, input, form };
  return { type: 'tool_call', call };
}

function toUsage(usage: ChatUsage): Usage {
  const cached = usage.prompt_tokens_details?.cached_tokens ?? usage.prompt_cache_hit_tokens;
  return Usage.parse({
    input_tokens: usage.prompt_tokens,
    cached_input_tokens: cached ?? 0,
    output_tokens: usage.completion_tokens,
    reasoning_tokens: usage.completion_tokens_details?.reasoning_tokens ?? 0,
  });
}
