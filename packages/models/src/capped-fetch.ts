import { badAnswer } from './bad-answer.ts';

/** `fetch` whose answers end with `model_bad_answer` when they grow beyond `maxBytes`, so that no server fills the memory. */
export function createCappedFetch(maxBytes: number): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    if (response.body === null) return response;
    const { status, statusText, headers } = response;
    return new Response(response.body.pipeThrough(createCap(maxBytes)), { status, statusText, headers });
  };
}

function createCap(maxBytes: number): TransformStream<Uint8Array, Uint8Array> {
  let totalBytes = 0;
  return new TransformStream({
    transform(chunk, controller) {
      totalBytes += chunk.byteLength;
      if (totalBytes <= maxBytes) return controller.enqueue(chunk);
      controller.error(badAnswer(`more than ${maxBytes} bytes`));
    },
  });
}
