import type { LoopbackAnswer, LoopbackQuery } from '@drydock/contracts';
import type { Clock } from '@drydock/core';
import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';

/** Read of a body; what is behind is not. */
const MAX_BODY_BYTES = 1 << 20;
const MAX_SHOWN_CHARS = 30_000;
const MAX_HEADERS = 100;

/** One HTTP request to a server in this sandbox. No proxy of the environment is asked: it never leaves loopback. */
export async function probeServer(
  { port, path, method, headers, body, timeout_seconds: seconds }: Extract<LoopbackQuery, { type: 'probe' }>,
  clock: Pick<Clock, 'now'>,
): Promise<LoopbackAnswer> {
  const signal = AbortSignal.timeout(seconds * 1_000);
  const startedAt = clock.now();
  try {
    const agent = new Agent({ keepAlive: false });
    const sent = request({ host: '127.0.0.1', port, path, method, headers, agent, signal });
    sent.end(body);
    const [response] = (await once(sent, 'response', { signal })) as [IncomingMessage];
    const read = await readBody(response);
    return {
      type: 'probe',
      status: response.statusCode ?? 0,
      headers: toHeaders(response),
      ...read,
      durationMs: clock.now() - startedAt,
    };
  } catch (error) {
    const why = signal.aborted ? `no answer within ${seconds} s` : toWords(error);
    return { type: 'refused', message: `127.0.0.1:${port}: ${why}` };
  }
}

async function readBody(response: IncomingMessage) {
  const chunks: Buffer[] = [];
  let bodyBytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bodyBytes += chunk.byteLength;
    if (bodyBytes > MAX_BODY_BYTES) break;
  }
  const bytes = Buffer.concat(chunks);
  const isText = !bytes.includes(0);
  const text = isText ? bytes.toString() : '';
  const isWhole = bodyBytes <= MAX_BODY_BYTES && text.length <= MAX_SHOWN_CHARS;
  return { body: text.slice(0, MAX_SHOWN_CHARS).toWellFormed(), isText, bodyBytes, isWhole };
}

function toHeaders({ rawHeaders }: IncomingMessage): [string, string][] {
  const count = Math.min(MAX_HEADERS, rawHeaders.length / 2);
  return Array.from({ length: count }, (_, index): [string, string] => [
    (rawHeaders[index * 2] ?? '').slice(0, 200),
    (rawHeaders[index * 2 + 1] ?? '').slice(0, 1_000),
  ]);
}

const toWords = (error: unknown): string => (error instanceof Error ? error.message : String(error));
