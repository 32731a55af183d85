import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { BuilderOutput } from './builder-output.ts';
import { GuestProcess } from './guest-process.ts';

const RECORD = { baseSha: 'a'.repeat(40), files: 1, submodules: [] };
const LINE = `${JSON.stringify(RECORD)}\n`;

function quiet(): GuestProcess {
  return new GuestProcess(new PassThrough(), { onStdout: () => undefined });
}

it.each([1, 7, 1_000])('takes the line and the image apart in pieces of %i bytes', (size) => {
  const image: Uint8Array[] = [];
  const output = new BuilderOutput((chunk) => image.push(Uint8Array.from(chunk)));
  const bytes = Buffer.from(`${LINE}tar\nbytes`);
  for (let at = 0; at < bytes.length; at += size) output.add(bytes.subarray(at, at + size));
  expect(Buffer.concat(image).toString()).toBe('tar\nbytes');
  expect(output.toRecord(quiet())).toMatchObject(RECORD);
});

it('refuses an image that nobody asked for, and a line without an end', () => {
  expect(() => new BuilderOutput().add(Buffer.from(`${LINE}x`))).toThrow('too much');
  expect(() => new BuilderOutput().add(Buffer.alloc(65_537, 'x'))).toThrow('too much');
});
