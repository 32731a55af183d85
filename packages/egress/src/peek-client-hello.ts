import type { EgressReason } from '@drydock/contracts';
import { literalAddress } from '@drydock/core';
import type { Socket } from 'node:net';
import { MAX_HELLO_BYTES, readClientHello } from './read-client-hello.ts';

const HELLO_TIMEOUT_MS = 10_000;

/** Bytes that were read and belong to whoever is connected next; why they may not be sent, where they may not. */
interface Peeked {
  readonly bytes: Buffer;
  readonly fault?: Extract<EgressReason, 'not_tls' | 'sni_missing' | 'sni_mismatch'>;
}

/**
 * Waits for the TLS hello of a tunnel and compares the name in it with the host that was asked for: behind one address
 * there may be hosts that nobody granted. Throws where the tunnel ends before, or after 10 s.
 */
export async function peekClientHello(
  client: Socket,
  { host, head }: { readonly host: string; readonly head: Buffer },
  signal: AbortSignal,
): Promise<Peeked> {
  const inTime = AbortSignal.any([signal, AbortSignal.timeout(HELLO_TIMEOUT_MS)]);
  let bytes = head;
  let hello = readClientHello(bytes);
  while (hello.kind === 'incomplete' && bytes.length <= MAX_HELLO_BYTES) {
    bytes = Buffer.concat([bytes, await readSome(client, inTime)]);
    hello = readClientHello(bytes);
  }
  if (hello.kind !== 'hello') return { bytes, fault: 'not_tls' };
  // A hello never names an address (RFC 6066 §3).
  if (literalAddress(host) !== undefined) return hello.serverName === undefined ? { bytes } : mismatch(bytes);
  if (hello.serverName === undefined) return { bytes, fault: 'sni_missing' };
  return hello.serverName === host ? { bytes } : mismatch(bytes);
}

const mismatch = (bytes: Buffer): Peeked => ({ bytes, fault: 'sni_mismatch' });

/** The next bytes; the socket stays paused, so that none are lost between two readers. */
function readSome(client: Socket, signal: AbortSignal): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const onReadable = () => {
    const chunk = client.read() as Buffer | null;
    if (chunk !== null) resolve(chunk);
  };
  const onEnd = () => reject(new Error('The tunnel ended before its hello.'));
  const onAbort = () => reject(new Error('The tunnel was cut before its hello.', { cause: signal.reason }));
  const listeners = [
    ['readable', onReadable],
    ['end', onEnd],
    ['close', onEnd],
    ['error', onEnd],
  ] as const;
  for (const [event, listener] of listeners) client.on(event, listener);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  else onReadable();
  return promise.finally(() => {
    for (const [event, listener] of listeners) client.off(event, listener);
    signal.removeEventListener('abort', onAbort);
  });
}
