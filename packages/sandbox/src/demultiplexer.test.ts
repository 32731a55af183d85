import { describe, expect, it } from 'vitest';
import { Demultiplexer } from './demultiplexer.ts';

function block(stream: number, text: string): Buffer {
  const head = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
  head.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([head, Buffer.from(text)]);
}

function read(chunks: readonly Uint8Array[]): { stdout: string; stderr: string } {
  const seen = { stdout: '', stderr: '' };
  const streams = new Demultiplexer({
    stdout: (chunk) => (seen.stdout += Buffer.from(chunk).toString('latin1')),
    stderr: (chunk) => (seen.stderr += Buffer.from(chunk).toString('latin1')),
  });
  for (const chunk of chunks) streams.push(chunk);
  return seen;
}

describe('Demultiplexer', () => {
  const bytes = Buffer.concat([
    block(1, 'out'),
    block(2, 'err'),
    block(1, ''),
    block(1, 'put'),
    block(0, 'in'),
  ]);

  it.each([1, 2, 3, 5, 7, 8, 9, 1_000])('takes streams apart in chunks of %i bytes', (size) => {
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
      bytes.subarray(index * size, (index + 1) * size),
    );
    expect(read(chunks)).toEqual({ stdout: 'output', stderr: 'err' });
  });

  it('refuses a stream that has no headers', () => {
    expect(() => read([Buffer.from('plain text of an engine')])).toThrow('without headers');
  });
});
