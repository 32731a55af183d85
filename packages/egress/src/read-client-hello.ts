/** What the first bytes of a tunnel are. `serverName` is in lower case; absent where the hello names no host. */
export type ClientHello =
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'not_tls' }
  | { readonly kind: 'hello'; readonly serverName?: string };

/** More than any hello needs, post-quantum keys included. */
export const MAX_HELLO_BYTES = 32_768;

const RECORD_HEADER = 5;
const HANDSHAKE = 0x16;
const CLIENT_HELLO = 1;
const SERVER_NAME = 0;
const HOST_NAME = 0;

const NOT_TLS: ClientHello = { kind: 'not_tls' };
const INCOMPLETE: ClientHello = { kind: 'incomplete' };

/** Reads a TLS ClientHello (RFC 8446 §4.1.2) from the beginning of a stream, whatever records it is cut into. Pure. */
export function readClientHello(bytes: Buffer): ClientHello {
  const handshake = joinRecords(bytes);
  if (handshake === 'not_tls') return NOT_TLS;
  if (handshake.length < 4) return INCOMPLETE;
  if (handshake[0] !== CLIENT_HELLO) return NOT_TLS;
  const length = handshake.readUIntBE(1, 3);
  if (length > MAX_HELLO_BYTES) return NOT_TLS;
  if (handshake.length < 4 + length) return INCOMPLETE;
  try {
    return readBody(new Cursor(handshake.subarray(4, 4 + length)));
  } catch (error) {
    if (error instanceof RangeError) return NOT_TLS;
    throw error;
  }
}

/** The handshake bytes that are here, of one record after the other. */
function joinRecords(bytes: Buffer): Buffer | 'not_tls' {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const [type, major] = [bytes[at], bytes[at + 1]];
    if (type !== HANDSHAKE || (major !== undefined && major !== 3)) return 'not_tls';
    if (at + RECORD_HEADER > bytes.length) break;
    const end = at + RECORD_HEADER + bytes.readUInt16BE(at + 3);
    if (end === at + RECORD_HEADER) return 'not_tls';
    parts.push(bytes.subarray(at + RECORD_HEADER, end));
    at = end;
  }
  return Buffer.concat(parts);
}

function readBody(hello: Cursor): ClientHello {
  hello.take(2 + 32); // legacy version, random
  hello.block(1); // session id
  hello.block(2); // cipher suites
  hello.block(1); // compression methods
  if (hello.isAtEnd) return { kind: 'hello' };
  const extensions = hello.block(2);
  const names: string[] = [];
  while (!extensions.isAtEnd) {
    const type = extensions.number(2);
    const body = extensions.block(2);
    if (type === SERVER_NAME) names.push(readServerName(body));
  }
  const [serverName, ...others] = names;
  if (others.length > 0) return NOT_TLS;
  return serverName === undefined ? { kind: 'hello' } : { kind: 'hello', serverName };
}

/** Exactly one name: two servers could each believe another one. */
function readServerName(body: Cursor): string {
  const list = body.block(2);
  if (list.number(1) !== HOST_NAME) throw new RangeError('no host name');
  const name = list.block(2).rest.toString('latin1').toLowerCase();
  if (!list.isAtEnd || !body.isAtEnd) throw new RangeError('more than a name');
  return name;
}

/** Reads forward only; throws RangeError behind the end. */
class Cursor {
  #rest: Buffer;

  constructor(bytes: Buffer) {
    this.#rest = bytes;
  }

  get rest(): Buffer {
    return this.#rest;
  }

  get isAtEnd(): boolean {
    return this.#rest.length === 0;
  }

  take(length: number): Buffer {
    if (length > this.#rest.length) throw new RangeError('behind the end');
    const taken = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return taken;
  }

  number(size: number): number {
    return this.take(size).readUIntBE(0, size);
  }

  /** What a length of `size` bytes announces. */
  block(size: number): Cursor {
    return new Cursor(this.take(this.number(size)));
  }
}
