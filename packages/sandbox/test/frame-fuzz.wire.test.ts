import { AgentFrame } from '@drydock/contracts';
import { FrameEncoder } from '@drydock/core';
import fc from 'fast-check';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { AgentChannel } from '../src/agent-channel.ts';
import { ToolHost } from '../src/tool-host.ts';
import { FakeGuest } from './fake-guest.ts';

const MIB = 1 << 20;
const FLOOD_BYTES = 100 * MIB;
const PIECE_BYTES = 64 * 1_024;
/** What a worker may hold of all that one guest says. */
const MAX_HELD_BYTES = 32 * MIB;
const GREETING = { type: 'ready', body: { protocol: 1 } };
const GREETING_BYTES = new FrameEncoder().encode(GREETING).byteLength;
const TYPES = ['ready', 'tool.call', 'model.complete', 'finished', 'output', 'exited', 'ended', 'done', 'x'];
const protocolError: unknown = expect.objectContaining({ code: 'protocol_error' });

const body = fc.oneof(
  fc.constantFrom<object>({}, { protocol: 1 }, { callId: 'c' }, { data: 'eA==' }),
  fc.dictionary(fc.constantFrom('__proto__', 'constructor', 'callId', 'data'), fc.jsonValue(), {
    maxKeys: 3,
  }),
);
const anyFrame = fc.record({
  type: fc.constantFrom(...TYPES),
  id: fc.oneof(fc.nat(3), fc.constant('1')),
  body,
});
const call = fc.constant({ type: 'tool.call', id: 1, body: { callId: 'c' } });
const noise = fc.uint8Array({ minLength: 1, maxLength: 9 });
const part = fc.oneof(
  { weight: 12, arbitrary: call },
  { weight: 2, arbitrary: anyFrame },
  { weight: 1, arbitrary: noise },
);
/** A greeting, then frames in their order with bytes of nobody's in between. */
const stream = fc.array(part, { maxLength: 12 }).map((parts) => {
  const encoder = new FrameEncoder();
  return Buffer.concat(
    [GREETING, ...parts].map((said) => (said instanceof Uint8Array ? said : encoder.encode(said))),
  );
});
const pieceBytes = fc.integer({ min: 1, max: 200 });

/** What the worker takes from an agent process that says this and ends. */
const readsOnlyFrames = (create: (onViolation: () => void) => AgentChannel) =>
  fc.asyncProperty(stream, pieceBytes, async (bytes, pieces) => {
    let violations = 0;
    const channel = create(() => (violations += 1));
    const guest = new FakeGuest(channel.push);
    channel.connect(guest.process);
    guest.write(bytes, { pieceBytes: pieces });
    guest.end();
    let error: unknown;
    try {
      for await (const asked of channel.frames(AbortSignal.timeout(5_000)))
        expect(AgentFrame.parse(asked)).toEqual(asked);
    } catch (thrown) {
      error = thrown;
    }
    expect([violations, error]).toEqual(violations === 0 ? [0, undefined] : [1, protocolError]);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes that are still held when a flood has gone by. */
async function heldAfter(push: (chunk: Buffer) => void, flood: Iterable<Buffer>): Promise<number> {
  const held = async (): Promise<number> => {
    // Memory of buffers is given back behind the collector's back, a little later.
    for (let round = 0; round < 3; round += 1) {
      collectGarbage();
      await new Promise((resolve) => setImmediate(resolve));
    }
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const before = await held();
  for (const piece of flood) push(piece);
  return (await held()) - before;
}

/** A first piece, then another one over and over, each in memory of its own. */
function* floodOf(first: Uint8Array, next: () => Uint8Array): Generator<Buffer> {
  yield Buffer.from(first);
  for (let bytes = 0; bytes < FLOOD_BYTES; bytes += PIECE_BYTES) yield Buffer.from(next());
}

const blank = Buffer.alloc(PIECE_BYTES, 0x20);
const callsOf = (encoder: FrameEncoder, callId: string) => (): Uint8Array =>
  encoder.encode({ type: 'tool.call', id: 1, body: { callId } });
const FLOODS: readonly [name: string, flood: () => Iterable<Buffer>][] = [
  ['large frames that nobody takes', () => floodOfCalls('c'.repeat(PIECE_BYTES))],
  ['small frames that nobody takes', () => floodOfCalls('c')],
  ['a frame that never comes to its end', () => floodOf(Buffer.from([0, 0x10, 0, 0]), () => blank)],
  ['a frame of four gigabytes', () => floodOf(Buffer.alloc(4, 0xff), () => blank)],
  ['no frame at all', () => floodOf(blank, () => blank)],
];

function floodOfCalls(callId: string): Iterable<Buffer> {
  const encoder = new FrameEncoder();
  return floodOf(encoder.encode(GREETING), callsOf(encoder, callId));
}

/** Hands on whatever it is told, as a worker without a schema would. */
class Credulous extends AgentChannel {
  override async *frames(signal: AbortSignal): AsyncGenerator<AgentFrame, void, undefined> {
    yield* super.frames(signal);
    yield { type: 'tool.call', id: 0, body: { callId: '' } };
  }
}

describe('an agent process', () => {
  it('is heard where it speaks in frames, and else fails once, with a protocol error', async () => {
    await expect(
      fc.assert(
        readsOnlyFrames((onViolation) => new AgentChannel(onViolation)),
        { numRuns: 400 },
      ),
    ).resolves.toBeUndefined();
  });

  it('would be found out where a frame got through that is none', async () => {
    const weak = readsOnlyFrames((onViolation) => new Credulous(onViolation));
    expect((await fc.check(weak, { numRuns: 400 })).failed).toBe(true);
  });

  it.each(FLOODS)('that sends 100 MB of %s costs the worker no more than its share', async (_, flood) => {
    let violations = 0;
    const channel = new AgentChannel(() => (violations += 1));
    expect(await heldAfter(channel.push, flood())).toBeLessThan(MAX_HELD_BYTES);
    expect(violations).toBe(1);
  });

  it('would be seen to cost more where it was listened to', async () => {
    const all: Buffer[] = [];
    const keep = (chunk: Buffer) => void all.push(chunk);
    expect(await heldAfter(keep, floodOfCalls('c'.repeat(PIECE_BYTES)))).toBeGreaterThan(MAX_HELD_BYTES);
    expect(all.length).toBeGreaterThan(1_000);
  });
});

describe('a tool host', () => {
  it('is given up where it says what it may not, with a protocol error', () => {
    let condemned = 0;
    const isHeldToIt = fc.property(stream, pieceBytes, (bytes, pieces) => {
      const violations: unknown[] = [];
      const host = new ToolHost((error) => void violations.push(error));
      // Before it has said ready it is only lost, like one that could not be started.
      for (let at = 0, end = GREETING_BYTES; at < bytes.length; at = end, end += pieces)
        host.push(bytes.subarray(at, end));
      expect(violations).toEqual(host.isAlive ? [] : [protocolError]);
      expect(Object.keys(Object.prototype)).toEqual([]);
      condemned += violations.length;
    });
    fc.assert(isHeldToIt, { numRuns: 400 });
    // The claim is about both: those that are given up, and those that only say ready.
    expect(condemned).toBeGreaterThan(100);
    expect(condemned).toBeLessThan(400);
  });

  it.each(FLOODS)('that sends 100 MB of %s costs the worker no more than its share', async (_, flood) => {
    const host = new ToolHost(() => undefined);
    expect(await heldAfter(host.push, flood())).toBeLessThan(MAX_HELD_BYTES);
    expect(host.isAlive).toBe(false);
  });
});
