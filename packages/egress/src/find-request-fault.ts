import type { IncomingMessage } from 'node:http';

type RequestHead = Pick<IncomingMessage, 'httpVersion' | 'method' | 'rawHeaders'>;

/** Headers of which two would be two opinions about the same thing. */
const SINGLE = ['host', 'content-length', 'transfer-encoding', 'expect'];

type Headers = ReadonlyMap<string, readonly string[]>;

/** In the order in which they are asked. */
const FAULTS: Readonly<Record<string, (headers: Headers, head: RequestHead) => boolean>> = {
  // Python before 3.12 asks for a tunnel in HTTP/1.0 and names its target only once; nothing is unclear about that.
  'not HTTP/1.1': (_, { httpVersion, method }) => method !== 'CONNECT' && httpVersion !== '1.1',
  'no host': (headers, { method }) => method !== 'CONNECT' && !headers.has('host'),
  'a header twice': (headers) => SINGLE.some((name) => (headers.get(name)?.length ?? 0) > 1),
  'content-length and transfer-encoding': (headers) =>
    headers.has('content-length') && headers.has('transfer-encoding'),
  'transfer-encoding': (headers) =>
    (headers.get('transfer-encoding')?.[0] ?? 'chunked').toLowerCase() !== 'chunked',
  upgrade: (headers) => headers.has('upgrade') || headers.has('http2-settings'),
  'a body': (headers, { method }) =>
    method === 'CONNECT' && (headers.has('content-length') || headers.has('transfer-encoding')),
};

/**
 * What is wrong with a request beyond what the parser refuses: whatever two servers in a row could read differently,
 * or would make another protocol of the connection. Pure.
 */
export function findRequestFault(head: RequestHead): string | undefined {
  const headers = groupHeaders(head.rawHeaders);
  return Object.keys(FAULTS).find((fault) => FAULTS[fault]?.(headers, head));
}

function groupHeaders(raw: readonly string[]): Headers {
  const headers = new Map<string, string[]>();
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at]?.toLowerCase() ?? '';
    headers.set(name, [...(headers.get(name) ?? []), raw[at + 1] ?? '']);
  }
  return headers;
}
