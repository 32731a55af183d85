/** Headers of one connection (RFC 9110 §7.6.1), and what is the gateway's own business. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
]);

/**
 * The headers to send on, as a flat list of names and values in their order: without those of the connection, without
 * `drop`. A chunked body stays one.
 */
export function forwardHeaders(raw: readonly string[], drop: readonly string[] = []): string[] {
  const pairs = toPairs(raw);
  const named = pairs
    .filter(([name]) => name.toLowerCase() === 'connection')
    .flatMap(([, value]) => value.split(',').map((word) => word.trim().toLowerCase()));
  const gone = new Set([...HOP_BY_HOP, ...named, ...drop]);
  // What frames the message is not the peer's to take away by naming it.
  gone.delete('content-length');
  gone.delete('host');
  for (const name of drop) gone.add(name);
  const isChunked = pairs.some(([name]) => name.toLowerCase() === 'transfer-encoding');
  return [
    ...pairs.filter(([name]) => !gone.has(name.toLowerCase())).flat(),
    ...(isChunked ? ['Transfer-Encoding', 'chunked'] : []),
  ];
}

function toPairs(raw: readonly string[]): readonly (readonly [string, string])[] {
  const pairs: [string, string][] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) pairs.push([raw[at] ?? '', raw[at + 1] ?? '']);
  return pairs;
}
