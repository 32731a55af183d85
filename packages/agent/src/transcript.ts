import type { TranscriptItem } from '@drydock/contracts';
import { MAX_FRAME_BYTES } from '@drydock/contracts';
import { cutMiddle } from './cut-middle.ts';

/** Room in a frame for what travels beside the items: instructions and tools. */
const RESERVED_BYTES = 128 << 10;
const MAX_APPEND_BYTES = MAX_FRAME_BYTES - RESERVED_BYTES;
/** A character of text is at most twice as long in JSON: format-observation.ts leaves no control characters. */
const JSON_GROWTH = 2;

/**
 * The agent's additions to the transcript. The worker keeps the transcript itself, so only what is new travels, and is
 * forgotten here then.
 */
export class Transcript {
  #unsent: TranscriptItem[];

  constructor(opening: readonly TranscriptItem[]) {
    this.#unsent = [...opening];
  }

  append(item: TranscriptItem): void {
    this.#unsent.push(item);
  }

  /** What was appended since the last call, in order and small enough for one frame. */
  takeUnsent(): TranscriptItem[] {
    const items = this.#unsent;
    this.#unsent = [];
    return fitIntoFrame(items);
  }
}

/** Tool outputs that are too large together are each cut to an equal share. */
function fitIntoFrame(items: TranscriptItem[]): TranscriptItem[] {
  const isOutput = (item: TranscriptItem): boolean => item.type === 'tool_output';
  const outputs = items.filter(isOutput);
  const others = jsonBytes(items.filter((item) => !isOutput(item)));
  if (outputs.length === 0 || others + jsonBytes(outputs) <= MAX_APPEND_BYTES) return items;
  const share = Math.floor((MAX_APPEND_BYTES - others) / outputs.length / JSON_GROWTH);
  const overhead = jsonBytes([
    { type: 'tool_output', callId: 'x'.repeat(200), form: 'function', output: '' },
  ]);
  return items.map((item) =>
    item.type === 'tool_output' ? { ...item, output: cutMiddle(item.output, share - overhead) } : item,
  );
}

const jsonBytes = (items: readonly TranscriptItem[]): number => Buffer.byteLength(JSON.stringify(items));
