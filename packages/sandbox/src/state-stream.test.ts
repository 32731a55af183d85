import { describe, expect, it } from 'vitest';
import { CappedBytes } from './capped-bytes.ts';
import { StateStream } from './state-stream.ts';

const WHOLE = Buffer.from('\0\0\0\u0004diffcheckpoint', 'latin1');

function take(chunks: readonly Uint8Array[], maxBytes = 100) {
  const diff = new CappedBytes(maxBytes);
  const checkpoint: Uint8Array[] = [];
  const stream = new StateStream(diff, (chunk) => checkpoint.push(chunk));
  for (const chunk of chunks) stream.push(chunk);
  return {
    hasDiff: stream.hasDiff,
    diff: Buffer.from(diff.toBytes()).toString(),
    checkpoint: Buffer.concat(checkpoint).toString(),
  };
}

describe('StateStream', () => {
  it.each([1, 3, 5, WHOLE.byteLength])('takes it apart in pieces of %i bytes', (size) => {
    const pieces = Array.from({ length: Math.ceil(WHOLE.byteLength / size) }, (_, index) =>
      WHOLE.subarray(index * size, (index + 1) * size),
    );
    expect(take(pieces)).toEqual({ hasDiff: true, diff: 'diff', checkpoint: 'checkpoint' });
  });

  it.each([
    ['nothing', 0, ''],
    ['half of the length', 2, ''],
    ['half of the diff', 6, 'di'],
  ])('that ends after %s has no diff', (_, length, diff) => {
    expect(take([WHOLE.subarray(0, length)])).toEqual({ hasDiff: false, diff, checkpoint: '' });
  });

  it('can have an empty diff', () => {
    expect(take([Buffer.from('\0\0\0\0tar', 'latin1')])).toEqual({
      hasDiff: true,
      diff: '',
      checkpoint: 'tar',
    });
  });

  it('takes no more of a diff than its cap, whatever length was announced', () => {
    const huge = Buffer.concat([Buffer.from([255, 255, 255, 255]), Buffer.alloc(101)]);
    expect(() => take([huge])).toThrow('too much output');
  });
});
