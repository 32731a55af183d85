import type { ToolImage } from '@drydock/contracts';

type ImageType = ToolImage['mediaType'];

/** How files of each type begin; a dot stands for any byte. */
const MAGIC: readonly (readonly [ImageType, RegExp])[] = [
  // oxlint-disable-next-line no-control-regex -- they are what the format has there
  ['image/png', /^\x89PNG\r\n\x1a\n/],
  ['image/jpeg', /^\xff\xd8\xff/],
  ['image/gif', /^GIF8[79]a/],
  ['image/webp', /^RIFF[^]{4}WEBP/],
];
const HEAD_BYTES = 16;

/** What kind of image a file is by its first bytes, whatever its name says; undefined for anything else. */
export function findImageType(bytes: Uint8Array): ImageType | undefined {
  const head = Buffer.from(bytes.subarray(0, HEAD_BYTES)).toString('latin1');
  return MAGIC.find(([, magic]) => magic.test(head))?.[0];
}
