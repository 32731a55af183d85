import type { ToolImage } from '@drydock/contracts';

/** Undefined where only its size and digest are known. */
export const toDataUrl = ({ mediaType, data }: ToolImage): string | undefined =>
  data === undefined ? undefined : `data:${mediaType};base64,${data}`;
