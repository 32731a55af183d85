import { MAX_FRAME_BYTES } from '@drydock/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameDecoder, FrameEncoder } from './codec.ts';

const join = (parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));
const protocolError = expect.objectContaining({ code: 'protocol_error' });

function frameOf(payload: string | Uint8Array): Uint8Array {
  const bytes = typeof payload === 'string' ? new TextEncoder().encode(payload) : payload;
  const head = Buffer.alloc(4);
  head.writeUInt32BE(bytes.byteLength);
  return join([head, bytes]);
}

describe('frames', () => {
  it('arrive whole and in order however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string(), { maxLength: 20 }),
        fc.integer({ min: 1, max: 40 }),
        (texts, size) => {
          const encoder = new FrameEncoder();
          const stream = join(texts.map((text) => encoder.encode({ type: 'x', text })));
          const decoder = new FrameDecoder();
          const frames: unknown[] = [];
          for (let at = 0; at < stream.byteLength; at += size)
            frames.push(...decoder.push(stream.subarray(at, at + size)));
          expect(frames).toEqual(texts.map((text) => ({ type: 'x', text })));
        },
      ),
    );
  });

  it('refuses a frame that somebody else wrote into the stream', () => {
    const decoder = new FrameDecoder();
    decoder.push(new FrameEncoder().encode({ type: 'ready' }));
    const forged = new FrameEncoder().encode({ type: 'finished' });
    expect(() => decoder.push(forged)).toThrow(protocolError);
  });

  it.each([
    ['a huge announced length', new Uint8Array([0xff, 0xff, 0xff, 0xff])],
    ['one byte more than the limit', join([Buffer.from([0, 0x10, 0, 1]), Buffer.alloc(8)])],
    ['no JSON', frameOf('{')],
    ['bad UTF-8', frameOf(new Uint8Array([0x22, 0xff, 0x22]))],
    ['a JSON value that is no object', frameOf('1')],
    ['no sequence number', frameOf('{"type":"x"}')],
    ['a sequence number as text', frameOf('{"seq":"1"}')],
    ['deep nesting', frameOf('['.repeat(100_000))],
  ])('refuses %s', (_name, bytes) => {
    expect(() => new FrameDecoder().push(bytes)).toThrow(protocolError);
  });

  it('does not let __proto__ in a frame reach Object.prototype', () => {
    new FrameDecoder().push(frameOf('{"seq":1,"__proto__":{"polluted":true}}'));
    expect({}).not.toHaveProperty('polluted');
  });

  it('goes on without a gap after a frame that was too large to send', () => {
    const encoder = new FrameEncoder();
    expect(() => encoder.encode({ text: 'x'.repeat(MAX_FRAME_BYTES) })).toThrow(protocolError);
    expect(new FrameDecoder().push(encoder.encode({ text: 'small' }))).toEqual([{ text: 'small' }]);
  });

  it('refuses to send what the other side would refuse', () => {
    expect(() => new FrameEncoder().encode({ text: 'x'.repeat(MAX_FRAME_BYTES) })).toThrow(protocolError);
  });
});
