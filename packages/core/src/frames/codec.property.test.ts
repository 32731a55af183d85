import { MAX_FRAME_BYTES } from '@drydock/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DrydockError } from '../errors.ts';
import { FrameDecoder } from './codec.ts';

const HEADER_BYTES = 4;

type Reader = Pick<FrameDecoder, 'push'>;
interface Read {
  readonly frames: readonly unknown[];
  readonly isRefused: boolean;
}

function frameOf(payload: string | Uint8Array, announced?: number): Buffer {
  const bytes = Buffer.from(payload);
  const head = Buffer.alloc(HEADER_BYTES);
  head.writeUInt32BE(announced ?? bytes.byteLength);
  return Buffer.concat([head, bytes]);
}

/** What a stream says, read in the plainest way: all of it at hand, frame after frame. */
function readWhole(stream: Buffer): Read {
  const frames: unknown[] = [];
  for (let at = 0; at + HEADER_BYTES <= stream.length;) {
    const end = at + HEADER_BYTES + stream.readUInt32BE(at);
    if (end - at - HEADER_BYTES > MAX_FRAME_BYTES) return { frames, isRefused: true };
    if (end > stream.length) break;
    try {
      const text = new TextDecoder('utf-8', { fatal: true }).decode(stream.subarray(at + HEADER_BYTES, end));
      const { seq, ...body } = JSON.parse(text) as { seq: unknown };
      if (seq !== frames.length + 1) return { frames, isRefused: true };
      frames.push(body);
    } catch {
      return { frames, isRefused: true };
    }
    at = end;
  }
  return { frames, isRefused: false };
}

/** What a reader makes of a stream that comes in pieces. Anything but its typed error is thrown on. */
function readPieces(reader: Reader, stream: Buffer, sizes: readonly number[]): Read {
  const frames: unknown[] = [];
  for (let at = 0, piece = 0; at < stream.length; piece += 1) {
    const size = sizes[piece % sizes.length] ?? 1;
    try {
      frames.push(...reader.push(stream.subarray(at, at + size)));
    } catch (error) {
      if (error instanceof DrydockError && error.code === 'protocol_error')
        return { frames, isRefused: true };
      throw error;
    }
    at += size;
  }
  return { frames, isRefused: false };
}

const KEYS = ['seq', 'type', 'id', 'body', '__proto__', 'constructor', 'prototype', 'toString'];
const json = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.stringify(value));
const members = fc.array(fc.tuple(fc.constantFrom(...KEYS), json), { maxLength: 6 });
/** Members as they come, repeated keys among them, behind the number of the frame. */
const honest = members.map((all) => (seq: number) => {
  const rest = all.filter(([key]) => key !== 'seq').map(([key, value]) => `,${JSON.stringify(key)}:${value}`);
  return frameOf(`{"seq":${seq}${rest.join('')}}`);
});
const hostile = fc.oneof(
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => frameOf(bytes)),
  fc.tuple(json, fc.nat(0xff_ff_ff_ff)).map(([text, announced]) => frameOf(text, announced)),
  fc.tuple(members, fc.integer()).map(([all, seq]) => {
    const text = all.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join();
    return frameOf(`{"seq":${seq}${text === '' ? '' : `,${text}`}}`);
  }),
);

const honestStream = fc
  .array(honest, { maxLength: 8 })
  .map((frames) => Buffer.concat(frames.map((write, at) => write(at + 1))));
const anyStream = fc
  .tuple(honestStream, fc.array(hostile, { maxLength: 3 }), fc.nat(12))
  .map(([before, bad, cut]) => {
    const stream = Buffer.concat([before, ...bad]);
    return stream.subarray(0, Math.max(0, stream.length - cut));
  });
const sizes = fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 1, maxLength: 5 });

const readsLikeOneWhole = (create: () => Reader) =>
  fc.property(anyStream, sizes, (stream, cuts) => {
    const whole = readWhole(stream);
    const read = readPieces(create(), stream, cuts);
    expect(read.isRefused).toBe(whole.isRefused);
    // Where it is refused, frames of the piece that broke it are not handed on.
    expect(whole.frames.slice(0, read.frames.length)).toEqual(read.frames);
    if (!whole.isRefused) expect(read.frames).toHaveLength(whole.frames.length);
    expect(Object.keys(Object.prototype)).toEqual([]);
    for (const frame of read.frames) expect(Object.getPrototypeOf(frame)).toBe(Object.prototype);
  });

/** Takes every piece for a frame, as works while nobody cuts them. */
class PieceReader implements Reader {
  push(chunk: Uint8Array): unknown[] {
    const { frames, isRefused } = readWhole(Buffer.from(chunk));
    if (isRefused) throw new DrydockError('protocol_error');
    return [...frames];
  }
}

describe('a stream of frames', () => {
  it('says the same in whatever pieces it comes, or is refused in one way', () => {
    expect(() => {
      fc.assert(
        readsLikeOneWhole(() => new FrameDecoder()),
        { numRuns: 250 },
      );
    }).not.toThrow();
  });

  it('would be found out where pieces were taken for frames', () => {
    expect(
      fc.check(
        readsLikeOneWhole(() => new PieceReader()),
        { numRuns: 250 },
      ).failed,
    ).toBe(true);
  });

  it('says the same when it is cut in two at any byte', () => {
    const payloads = ['{"seq":1,"text":"é€😀"}', '{"seq":2,"__proto__":{"x":1}}', '{"seq":3}'];
    const stream = Buffer.concat(payloads.map((payload) => frameOf(payload)));
    const whole = readWhole(stream);
    expect(whole.frames).toHaveLength(3);
    for (let at = 1; at < stream.length; at += 1) {
      expect(readPieces(new FrameDecoder(), stream, [at, stream.length])).toEqual(whole);
    }
  });

  it.each([
    ['closed', `${'['.repeat(10_000)}${']'.repeat(10_000)}`, false],
    ['left open', '{"a":'.repeat(10_000), true],
    ['of half a megabyte, closed', `${'['.repeat(500_000)}${']'.repeat(500_000)}`, undefined],
  ])('nested too deeply, %s, is read or refused, and breaks nothing', (_, nested, isRefused) => {
    const read = readPieces(new FrameDecoder(), frameOf(`{"seq":1,"body":${nested}}`), [65_536]);
    expect(read.frames).toHaveLength(read.isRefused ? 0 : 1);
    expect(read.isRefused).toBe(isRefused ?? read.isRefused);
  });
});
