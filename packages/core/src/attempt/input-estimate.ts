import type { TranscriptItem, Usage } from '@drydock/contracts';
import type { ModelRequest } from '../model-ports.ts';

/** On the safe side: code and prose have about four. */
export const BYTES_PER_TOKEN = 3;

type Measured = Pick<ModelRequest, 'instructions' | 'tools' | 'transcript'>;

interface Known {
  readonly fixedBytes: number;
  readonly items: number;
  readonly last: TranscriptItem | undefined;
  readonly tokens: number;
}

/**
 * How many tokens the input of the next call has: what the server counted of the last call, and what came since by its
 * bytes. Where the transcript does not go on from the last call (a new attempt, a compaction), all of it by its bytes.
 */
export class InputEstimate {
  #known: Known | undefined;

  next(request: Measured): number {
    const known = this.#known;
    const fixedBytes = sizeOf([request.instructions, request.tools]);
    if (known === undefined || request.transcript[known.items - 1] !== known.last)
      return toTokens(fixedBytes + sizeOf(request.transcript));
    const fresh = request.transcript.slice(known.items).filter((item) => !isOfModel(item));
    const freshBytes = fresh.reduce((bytes, item) => bytes + sizeOf(item), 0);
    return known.tokens + toTokens(Math.max(0, fixedBytes - known.fixedBytes) + freshBytes);
  }

  /** Takes what the server counted. The model's own items are part of the next input, and were counted as output. */
  learn({ instructions, tools, transcript }: Measured, usage: Usage): void {
    this.#known = {
      fixedBytes: sizeOf([instructions, tools]),
      items: transcript.length,
      last: transcript.at(-1),
      tokens: usage.input_tokens + usage.output_tokens,
    };
  }
}

const isOfModel = (item: TranscriptItem): boolean =>
  item.type === 'reasoning' ||
  item.type === 'tool_call' ||
  (item.type === 'message' && item.role === 'assistant');

const encoder = new TextEncoder();
const sizeOf = (value: unknown): number => encoder.encode(JSON.stringify(value)).byteLength;
const toTokens = (bytes: number): number => Math.ceil(bytes / BYTES_PER_TOKEN);
