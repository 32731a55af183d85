import { once } from 'node:events';
import { request as startRequest, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock, WaitingWebhook } from '@drydock/core';
import { parseCallbackUrl, type ParsedCallbackUrl } from '@drydock/core';
import { connectOut, type Network } from '@drydock/egress';
import type { WebhookOutcome } from './webhook-outcomes.ts';
import type { WebhookSigner } from './webhook-signer.ts';

const SEND_TIMEOUT_MS = 15_000;
/** Answers say nothing that is read: more than this is not taken, and changes nothing. */
const MAX_ANSWER_BYTES = 64 << 10;

export type SendWebhook = (
  webhook: Pick<WaitingWebhook, 'id'> & NonNullable<WaitingWebhook['message']>,
  signal: AbortSignal,
) => Promise<WebhookOutcome>;

export interface SenderOptions {
  readonly signer: WebhookSigner | undefined;
  /** Hosts that may be private: `host` or `host:port`. */
  readonly allowedHosts: ReadonlySet<string>;
  readonly network: () => Promise<Network>;
  readonly clock: Clock;
  readonly timeoutMs?: number;
}

type Target = Extract<ParsedCallbackUrl, { kind: 'parsed' }>;

/** One try of one webhook, within 15 s; it rejects only when the signal aborts, and is no try then. */
export function createSender(options: SenderOptions): SendWebhook {
  const { signer, allowedHosts, clock, timeoutMs = SEND_TIMEOUT_MS } = options;
  return async ({ id, url, body }, signal) => {
    if (signer === undefined) return 'unsigned';
    const target = parseCallbackUrl(url, allowedHosts);
    if (target.kind === 'refused') return 'not_allowed';
    const inTime = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    try {
      const network = await options.network();
      const found = await connectOut(target, { allowPrivate: target.isAllowed, network }, inTime);
      if ('verdict' in found) return found.reason === 'address_not_public' ? 'not_allowed' : 'unreachable';
      using connection = owned(found);
      const text = JSON.stringify(body);
      const timestamp = Math.floor(clock.now() / 1_000);
      const signature = signer.sign({ id, timestamp, body: text });
      const message = { headers: { ...describe(id, timestamp), 'webhook-signature': signature }, text };
      return toOutcome(await post(connection.socket, { target, ...message }, inTime));
    } catch {
      // Which address failed how is told by the outcome alone: the URL is the caller's.
      signal.throwIfAborted();
      return inTime.aborted ? 'timed_out' : 'unreachable';
    }
  };
}

function describe(id: string, timestamp: number): Record<string, string> {
  return {
    'user-agent': 'Drydock',
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
  };
}

/** The status of the answer, once it is over or too long. */
async function post(
  socket: Socket,
  message: { readonly target: Target; readonly headers: Record<string, string>; readonly text: string },
  signal: AbortSignal,
): Promise<number> {
  const { target, headers, text } = message;
  const request = startRequest({
    createConnection: () => socket,
    method: 'POST',
    path: target.path,
    headers: {
      host: new URL(target.href).host,
      ...headers,
      'content-length': Buffer.byteLength(text),
      connection: 'close',
    },
    signal,
  });
  // Once there is an answer, what fails is the answer.
  request.on('error', () => undefined);
  const answered = once(request, 'response', { signal }) as Promise<[IncomingMessage]>;
  request.end(text);
  const [answer] = await answered;
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) break;
  }
  return answer.statusCode ?? 0;
}

/** A redirect is a failure: where it leads was never looked at. */
function toOutcome(status: number): WebhookOutcome {
  if (status >= 200 && status < 300) return 'delivered';
  if (status === 410) return 'gone';
  return status >= 300 && status < 400 ? 'redirected' : 'refused';
}

function owned(socket: Socket): Disposable & { readonly socket: Socket } {
  return { socket, [Symbol.dispose]: () => void socket.destroy() };
}
