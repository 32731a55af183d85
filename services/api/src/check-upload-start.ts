import type { UploadFormat } from '@drydock/contracts';
import { DrydockError } from '@drydock/core';

const STARTS: Readonly<Record<UploadFormat, readonly Buffer[]>> = {
  'tar.gz': [Buffer.from([0x1f, 0x8b])],
  bundle: [Buffer.from('# v2 git bundle\n'), Buffer.from('# v3 git bundle\n')],
};

/**
 * Passes an upload on, once its first bytes are those of its format: a mistake is told at once and not by a job that
 * fails. Throws `bad_source`. More than these bytes is never looked into outside a builder container.
 */
export async function* checkUploadStart(
  chunks: AsyncIterable<Uint8Array>,
  format: UploadFormat,
): AsyncGenerator<Uint8Array, void> {
  const wanted = STARTS[format];
  const length = Math.max(...wanted.map((start) => start.length));
  let head: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of chunks) {
    if (head === undefined) {
      yield chunk;
      continue;
    }
    head = Buffer.concat([head, chunk]);
    if (head.length < length) continue;
    assertStart(head, wanted, format);
    yield head;
    head = undefined;
  }
  if (head === undefined) return;
  if (head.length === 0) throw new DrydockError('bad_source', { message: 'The upload is empty.' });
  throw new DrydockError('bad_source', { message: `The upload is not a ${format}.` });
}

function assertStart(head: Buffer, wanted: readonly Buffer[], format: UploadFormat): void {
  if (wanted.some((start) => head.subarray(0, start.length).equals(start))) return;
  throw new DrydockError('bad_source', { message: `The upload is not a ${format}.` });
}
