import { firstCharacterIndex, wholeCharactersLength } from './utf8-boundary.ts';

const BYTES_PER_TOKEN = 4;

/** The line that stands where output was cut, in the words that Codex models know. */
export function cutMarker(omittedBytes: number): string {
  return `…${estimateTokens(omittedBytes)} tokens truncated…`;
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
  const omitted = bytes.byteLength - head.byteLength - tail.byteLength;
  return `${head.toString()}\n${cutMarker(omitted)}\n${tail.toString()}`;
}
