import { describe, expect, it } from 'vitest';
import { findImageType } from './find-image-type.ts';

describe('findImageType', () => {
  it.each([
    ['\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'image/png'],
    ['\xff\xd8\xff\xe0\0\x10JFIF', 'image/jpeg'],
    ['GIF89a\x01', 'image/gif'],
    ['RIFF\n\0\r\0WEBPVP8 ', 'image/webp'],
    ['RIFF\n\0\r\0WAVEfmt ', undefined],
    ['<svg xmlns="http://www.w3.org/2000/svg"/>', undefined],
    ['x\x89PNG\r\n\x1a\n', undefined],
    ['', undefined],
  ])('takes %j for %s', (head, type) => {
    expect(findImageType(Buffer.from(head, 'latin1'))).toBe(type);
  });
});
