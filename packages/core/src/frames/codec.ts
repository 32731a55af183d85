import { MAX_FRAME_BYTES } from '@drydock/contracts';
import { DrydockError } from '../errors.ts';

/*
 * Frames on stdio: u32 big-endian length, then that many bytes of JSON `{seq, type, id?, body}`. `seq` starts at 1 and
 * rises by one per frame in each direction, so that a frame which somebody else wrote into the stream breaks it.
 */

const HEADER_BYTES = 4;
const MAX_CHUNKS = 64;

/** Writes frames of one direction. */
export class FrameEncoder {
  #seq = 0;

  /** The bytes of one frame. Throws `protocol_error` when it is larger than a frame may be. */
  encode(frame: object): Uint8Array {
    const seq = this.#seq + 1;
    const payload = new TextEncoder().encode(JSON.stringify({ seq, ...frame }));
    if (payload.byteLength > MAX_FRAME_BYTES) {
      throw new DrydockError('protocol_error', {
        message: `A frame of ${payload.byteLength} bytes is over the limit.`,
      });
    }
    // Counted only now: a frame that was refused was never sent, and the stream goes on without a gap.
    this.#seq = seq;
    const bytes = new Uint8Array(HEADER_BYTES + payload.byteLength);
    new DataView(bytes.buffer).setUint32(0, payload.byteLength);
    bytes.set(payload, HEADER_BYTES);
    return bytes;
  }
}

/** Reads frames of one direction from chunks of any size. Holds at most one frame plus one chunk. */
export class FrameDecoder {
  #seq = 0;
  #chunks: Uint8Array[] = [];
  #buffered = 0;

  /** The frames that are complete with this chunk, without `seq`. Throws `protocol_error` on the first bad byte. */
  push(chunk: Uint8Array): unknown[] {
    this.#chunks.push(chunk);
    this.#buffered += chunk.byteLength;
    // A frame that trickles in byte by byte must not cost an object per byte.
    if (this.#chunks.length > MAX_CHUNKS) this.#chunks = [concat(this.#chunks, this.#buffered)];
    const frames: unknown[] = [];
    for (let length = this.#nextLength(); length !== undefined; length = this.#nextLength()) {
      const bytes = this.#take(HEADER_BYTES + length).subarray(HEADER_BYTES);
      frames.push(this.#parse(bytes));
    }
    return frames;
  }

  /** Payload length of the next frame when all of it is here. */
  #nextLength(): number | undefined {
    if (this.#buffered < HEADER_BYTES) return undefined;
    const head = this.#peek(HEADER_BYTES);
    const length = new DataView(head.buffer, head.byteOffset).getUint32(0);
    if (length > MAX_FRAME_BYTES) {
      throw new DrydockError('protocol_error', { message: `A frame announces ${length} bytes.` });
    }
    return this.#buffered >= HEADER_BYTES + length ? length : undefined;
  }

  #peek(size: number): Uint8Array {
    const first = this.#chunks[0];
    if (first !== undefined && first.byteLength >= size) return first;
    const joined = concat(this.#chunks, this.#buffered);
    this.#chunks = [joined];
    return joined;
  }

  #take(size: number): Uint8Array {
    const bytes = this.#peek(size);
    const rest = bytes.subarray(size);
    this.#chunks = rest.byteLength > 0 ? [rest, ...this.#chunks.slice(1)] : this.#chunks.slice(1);
    this.#buffered -= size;
    return bytes.subarray(0, size);
  }

  #parse(payload: Uint8Array): unknown {
    const frame = parseJson(payload);
    this.#seq += 1;
    if (typeof frame !== 'object' || frame === null || !('seq' in frame) || frame.seq !== this.#seq) {
      throw new DrydockError('protocol_error', { message: 'A frame is out of sequence.' });
    }
    const { seq: _, ...body } = frame;
    return body;
  }
}

function parseJson(payload: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
  } catch (cause) {
    throw new DrydockError('protocol_error', { message: 'A frame is not JSON.', cause });
  }
}

function concat(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const joined = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    joined.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return joined;
}
