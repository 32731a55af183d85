import type { Listening } from './attempt-stream.ts';
import { attemptStream } from './attempt-stream.ts';
import { ChatAnswer } from './chat-answer.ts';
import { toChatRequest } from './chat-request.ts';
import type { Attempted } from './retry.ts';
import type { Wire, WireCall, WireOptions, WireTurn } from './wire.ts';

/** The Chat Completions API, streaming, as OpenAI and compatible servers speak it. */
export class ChatWire implements Wire {
  readonly #options: WireOptions;

  constructor(options: WireOptions) {
    this.#options = options;
  }

  attempt(call: WireCall, signal: AbortSignal): Promise<Attempted<WireTurn>> {
    return attemptStream(this.#options, (listening) => this.#read(call, listening), signal);
  }

  async #read(call: WireCall, listening: Listening): Promise<Attempted<WireTurn> | undefined> {
    const { signal } = listening;
    const chunks = await this.#options.client.chat.completions.create(toChatRequest(call), { signal });
    const answer = new ChatAnswer();
    try {
      for await (const chunk of chunks) {
        listening.touch();
        answer.take(chunk);
      }
    } catch (error) {
      // Behind the last word only the usage is missing, and that can be estimated.
      if (!answer.isFinished) throw error;
    }
    return answer.isFinished ? { kind: 'done', value: answer.toTurn(call) } : undefined;
  }
}
