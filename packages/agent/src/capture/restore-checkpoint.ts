import { chmodSync, rmSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { WORKSPACE } from '../paths.ts';
import { readCheckpointHead } from './checkpoint-head.ts';
import { endOfTar, startTar } from './runtime-tar.ts';
import { at } from './tree-access.ts';

/** Makes a pristine workspace into the one of the checkpoint on stdin. Throws where it cannot; the workspace is then neither. */
export async function restoreCheckpoint(input: Readable): Promise<void> {
  const { deleted, modes } = await readCheckpointHead((bytes) => readExactly(input, bytes));
  for (const path of deleted) rmSync(at(WORKSPACE, path), { recursive: true, force: true });
  const tar = startTar(['--no-same-owner', '-p', '-xf', '-']);
  if (tar.stdin === null) throw new Error('tar has no input.');
  // Tar's own words say more than the pipe that it broke.
  const [ended] = await Promise.allSettled([endOfTar(tar), pipeline(input, tar.stdin)]);
  if (ended.status === 'rejected') throw ended.reason;
  for (const [path, mode] of modes.toReversed()) chmodSync(at(WORKSPACE, path), mode);
}

async function readExactly(input: Readable, bytes: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (let missing = bytes; missing > 0;) {
    const part = (input.read(Math.min(missing, input.readableLength)) ?? undefined) as Buffer | undefined;
    if (part === undefined || part.byteLength === 0) await readable(input);
    else {
      parts.push(part);
      missing -= part.byteLength;
    }
  }
  return Buffer.concat(parts);
}

/** Resolves when there is more to read. Throws at the end of the input. */
function readable(input: Readable): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onEnd = (): void => reject(new Error('The checkpoint ends in the middle.'));
  input.once('end', onEnd);
  input.once('readable', () => {
    input.off('end', onEnd);
    resolve();
  });
  return promise;
}
