import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readClientHello } from './read-client-hello.ts';

const u16 = (value: number) => [value >> 8, value & 255];
const block = (bytes: readonly number[]) => [...u16(bytes.length), ...bytes];
const named = (name: string) => [0, 0, ...block(block([0, ...block([...Buffer.from(name)])]))];

function hello(extensions: readonly number[]): Buffer {
  const body = [3, 3, ...Array<number>(32).fill(7), 0, ...block([0x13, 1]), 1, 0, ...block(extensions)];
  return Buffer.from([1, 0, ...u16(body.length), ...body]);
}
const record = (bytes: Uint8Array) => Buffer.from([0x16, 3, 1, ...u16(bytes.length), ...bytes]);

it('reads the name, in lower case', () => {
  expect(readClientHello(record(hello([0, 10, ...block([1, 2]), ...named('Registry.test')])))).toEqual({
    kind: 'hello',
    serverName: 'registry.test',
  });
});

it('reads a hello that is cut into many records', () => {
  const whole = hello(named('registry.test'));
  const cut = Buffer.concat([
    record(whole.subarray(0, 3)),
    record(whole.subarray(3, 50)),
    record(whole.subarray(50)),
  ]);
  expect(readClientHello(cut)).toEqual({ kind: 'hello', serverName: 'registry.test' });
  for (let end = 0; end < cut.length; end += 1) {
    expect(readClientHello(cut.subarray(0, end))).toEqual({ kind: 'incomplete' });
  }
});

it.each([
  ['two names', hello([...named('a.test'), ...named('b.test')])],
  ['two names in one list', hello([0, 0, ...block(block([0, ...block([97]), 0, ...block([98])]))])],
  ['a name that is longer than its list', hello([0, 0, ...block([0, 9, 0, 0, 9, 97])])],
  ['a server hello', Buffer.from([2, 0, 0, 1, 0])],
])('takes %s for no hello', (_, handshake) => {
  expect(readClientHello(record(handshake))).toEqual({ kind: 'not_tls' });
});

it('takes other protocols for what they are, and never throws', () => {
  expect(readClientHello(Buffer.from('GET / HTTP/1.1'))).toEqual({ kind: 'not_tls' });
  expect(readClientHello(Buffer.from('SSH-2.0-x'))).toEqual({ kind: 'not_tls' });
  expect(readClientHello(record(hello([])))).toEqual({ kind: 'hello' });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 20 }), fc.nat(40), (noise, at) => {
      const bytes = record(hello(named('registry.test')));
      bytes.set(noise, at);
      expect(['hello', 'not_tls', 'incomplete']).toContain(readClientHello(bytes).kind);
    }),
    { numRuns: 2_000 },
  );
});
