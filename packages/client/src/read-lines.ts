import { ClientError } from './client-error.ts';

/** Longer lines are not what the server sends. */
const MAX_LINE_CHARS = 1 << 20;

/** The lines of a body, without their ends. Throws ClientError for one that is too long, or where the body breaks off in one. */
export async function* readLines(body: ReadableStream<Uint8Array>): AsyncGenerator<string, void> {
  let rest = '';
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
    if (rest.length > MAX_LINE_CHARS) throw brokenOff();
  }
  if (rest !== '') throw brokenOff();
}

const brokenOff = () => new ClientError('The answer ended before its end.', { status: 0 });
