import { DrydockError, FrameDecoder } from '@drydock/core';

interface FrameSchema<T> {
  safeParse(
    value: unknown,
  ): { readonly success: true; readonly data: T } | { readonly success: false; readonly error: Error };
}

/** Turns bytes of a guest into frames. The function throws `protocol_error` on the first thing that is not one. */
export function createFrameReader<T>(
  schema: FrameSchema<T>,
  onFrame: (frame: T) => void,
): (chunk: Uint8Array) => void {
  const decoder = new FrameDecoder();
  return (chunk) => {
    for (const frame of decoder.push(chunk)) {
      const parsed = schema.safeParse(frame);
      if (!parsed.success) {
        throw new DrydockError('protocol_error', {
          message: 'A frame has a shape that no frame has.',
          cause: parsed.error,
        });
      }
      onFrame(parsed.data);
    }
  };
}
