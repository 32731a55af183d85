import type { ResponseOutputItem, ResponseStreamEvent } from 'openai/resources/responses/responses';
import type { Listening } from './attempt-stream.ts';
import { attemptStream, explainingFor } from './attempt-stream.ts';
import { badAnswer } from './bad-answer.ts';
import { explainServerFailure } from './explain-failure.ts';
import type { ResponsesAnswer } from './responses-answer.ts';
import { fromResponsesAnswer } from './responses-answer.ts';
import { toResponsesRequest } from './responses-request.ts';
import type { Attempted } from './retry.ts';
import type { Wire, WireCall, WireOptions, WireTurn } from './wire.ts';

type Finished = Extract<ResponseStreamEvent, { type: 'response.completed' | 'response.incomplete' }>;
type Failed = Extract<ResponseStreamEvent, { type: 'response.failed' | 'error' }>;

/** The Responses API, streaming. Events and items that Drydock does not know are passed over. */
export class ResponsesWire implements Wire {
  readonly #options: WireOptions;

  constructor(options: WireOptions) {
    this.#options = options;
  }

  attempt(call: WireCall, signal: AbortSignal): Promise<Attempted<WireTurn>> {
    return attemptStream(this.#options, (listening) => this.#read(call, listening), signal);
  }

  async #read(call: WireCall, listening: Listening): Promise<Attempted<WireTurn> | undefined> {
    const { signal } = listening;
    const events = await this.#options.client.responses.create(toResponsesRequest(call), { signal });
    const output: ResponseOutputItem[] = [];
    for await (const event of events) {
      listening.touch();
      assertEvent(event);
      if (event.type === 'response.output_item.done') output.push(event.item);
      if (isFailed(event)) return explainServerFailure(readFailure(event), explainingFor(this.#options));
      if (isFinished(event)) {
        return { kind: 'done', value: fromResponsesAnswer(toAnswer(event, output), call) };
      }
    }
    return undefined;
  }
}

function assertEvent(event: unknown): void {
  if (typeof event !== 'object' || event === null) throw badAnswer('an event that is no object');
}

const isFinished = (event: ResponseStreamEvent): event is Finished =>
  event.type === 'response.completed' || event.type === 'response.incomplete';

const isFailed = (event: ResponseStreamEvent): event is Failed =>
  event.type === 'response.failed' || event.type === 'error';

function readFailure(event: Failed): { code: string | undefined; message: string } {
  const failure = event.type === 'error' ? event : event.response?.error;
  const { code, message }: { code?: unknown; message?: unknown } = failure ?? {};
  return {
    code: typeof code === 'string' ? code : undefined,
    message: typeof message === 'string' ? message : 'no reason was given',
  };
}

/** Items count when they are marked as done; some servers only list them in the last event. */
function toAnswer({ response }: Finished, done: readonly ResponseOutputItem[]): ResponsesAnswer {
  if (typeof response !== 'object' || response === null) throw badAnswer('a last event without a response');
  return { response, output: done.length > 0 ? done : response.output };
}
