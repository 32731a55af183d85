import { firstCharacterIndex, wholeCharactersLength } from './utf8-boundary.ts';

const BYTES_PER_TOKEN = 4;

/** An output of which a part is missing in its middle, by size. */
interface Cut {
  readonly totalBytes: number;
  readonly omittedBytes: number;
}

/**
 * The line that stands where output was cut, in the words that Codex models know. Its count is what is missing of the
 * whole: tokens before it, of it and after it add up to those of the output.
 */
export function cutMarker({ totalBytes, omittedBytes }: Cut): string {
  const missing = estimateTokens(totalBytes) - estimateTokens(totalBytes - omittedBytes);
  return `…${missing} tokens truncated…`;
}

/** Tokens of a text of this many bytes, roughly. */
export function estimateTokens(bytes: number): number {
  return Math.ceil(bytes / BYTES_PER_TOKEN);
}

/** Keeps head and tail of a text, together about `maxBytes`, with a marker between them where it was cut. */
export function cutMiddle(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text);
  if (bytes.byteLength <= maxBytes) return text;
  const half = Math.max(0, Math.floor(maxBytes / 2));
  const head = bytes.subarray(0, wholeCharactersLength(bytes.subarray(0, half)));
  const end = bytes.subarray(bytes.byteLength - half);
  const tail = end.subarray(firstCharacterIndex(end));
  const totalBytes = bytes.byteLength;
  const omittedBytes = totalBytes - head.byteLength - tail.byteLength;
  return `${head.toString()}\n${cutMarker({ totalBytes, omittedBytes })}\n${tail.toString()}`;
}
