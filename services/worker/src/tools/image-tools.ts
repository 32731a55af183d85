import { createHash } from 'node:crypto';
import type { ToolImage } from '@drydock/contracts';
import type { Sandbox } from '@drydock/core';
import { WORKDIR } from './command-runner.ts';
import { findImageType } from './find-image-type.ts';
import type { Slice } from './slice.ts';
import type { ToolSet } from './tool-set.ts';
import { refused } from './tool-set.ts';

/** In base64 it fits into one frame of the tool host. */
const MAX_IMAGE_BYTES = 700 << 10;

interface ImageToolsOptions {
  readonly slice: Slice;
  readonly sandbox: Pick<Sandbox, 'readFile'>;
  /** Takes the image that the output of a call shows. */
  readonly onImage: (callId: string, image: ToolImage) => void;
}

/** The tools that show the model pictures. Their bytes go by no agent process: the worker has them and sends them. */
export function createImageTools({ slice, sandbox, onImage }: ImageToolsOptions): ToolSet<'view_image'> {
  return {
    view_image: async ({ path, detail }, { callId, signal }) => {
      const inside = path.startsWith(`${WORKDIR}/`) ? path.slice(WORKDIR.length + 1) : path;
      const bytes = await slice.spend(() => sandbox.readFile(inside, MAX_IMAGE_BYTES + 1, signal));
      if (bytes === undefined) return refused('not_found', `There is no file ${path} in the workspace.`);
      const mediaType = findImageType(bytes);
      if (mediaType === undefined) return refused('not_an_image', `${path} is no PNG, JPEG, GIF or WebP.`);
      if (bytes.byteLength > MAX_IMAGE_BYTES) return refused('too_large', tooLarge(path));
      onImage(callId, toToolImage(bytes, { mediaType, ...(detail === undefined ? {} : { detail }) }));
      return { kind: 'image', mediaType, bytes: bytes.byteLength };
    },
  };
}

const tooLarge = (path: string): string =>
  `${path} has more than ${MAX_IMAGE_BYTES >> 10} KiB. Make a smaller copy of it, or of the part that matters, and view that.`;

function toToolImage(bytes: Uint8Array, how: Pick<ToolImage, 'mediaType' | 'detail'>): ToolImage {
  return {
    ...how,
    bytes: bytes.byteLength,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    data: Buffer.from(bytes).toString('base64'),
  };
}
