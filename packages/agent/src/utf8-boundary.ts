const MAX_CHARACTER_BYTES = 4;

const isContinuation = (byte: number): boolean => (byte & 0xc0) === 0x80;

/** Length of `bytes` without a UTF-8 character that is cut off at its end. */
export function wholeCharactersLength(bytes: Uint8Array): number {
  const from = Math.max(0, bytes.byteLength - MAX_CHARACTER_BYTES);
  for (let at = bytes.byteLength - 1; at >= from; at -= 1) {
    const byte = bytes[at] ?? 0;
    if (isContinuation(byte)) continue;
    return at + characterBytes(byte) > bytes.byteLength ? at : bytes.byteLength;
  }
  return bytes.byteLength;
}

/** Index of the first byte of `bytes` that starts a UTF-8 character. */
export function firstCharacterIndex(bytes: Uint8Array): number {
  const head = bytes.subarray(0, MAX_CHARACTER_BYTES - 1);
  const at = head.findIndex((byte) => !isContinuation(byte));
  return at === -1 ? head.byteLength : at;
}

/** Bytes of the character that starts with this byte. */
function characterBytes(first: number): number {
  if (first >= 0xf0) return 4;
  if (first >= 0xe0) return 3;
  return first >= 0xc0 ? 2 : 1;
}
