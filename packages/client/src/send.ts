import { ClientError, toClientError } from './client-error.ts';
import type { ClientOptions } from './client-options.ts';

const TIMEOUT_MS = 30_000;

interface Send {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;
  /** Without the deadline of a request: what is answered stays open. */
  readonly stream?: boolean;
}

export type Sender = ReturnType<typeof createSender>;

/** Sends requests with the key. What is sent throws ClientError where the answer is no success, or there is none. */
export function createSender(options: ClientOptions) {
  const { apiKey, timeoutMs = TIMEOUT_MS, fetch = globalThis.fetch } = options;
  const baseUrl = options.baseUrl.replace(/\/+$/, '');
  return async (path: string, { stream, headers, ...init }: Send, signal: AbortSignal): Promise<Response> => {
    const deadline = stream ? signal : AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const response = await fetch(baseUrl + path, {
      ...init,
      // A stream as a body is sent while it is read.
      ...(init.body instanceof ReadableStream ? { duplex: 'half' as const } : {}),
      headers: { ...headers, authorization: `Bearer ${apiKey}` },
      // A redirect would carry the key to where the caller did not send it.
      redirect: 'error',
      signal: deadline,
    }).catch((cause: unknown) => {
      signal.throwIfAborted();
      throw new ClientError(`The server at ${baseUrl} could not be reached.`, { status: 0, cause });
    });
    if (!response.ok) throw await toClientError(response);
    return response;
  };
}
