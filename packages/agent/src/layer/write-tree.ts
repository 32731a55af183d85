import type { FilesSource, SourceFile } from '@drydock/contracts';
import { findPathFault } from '@drydock/core';
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoOf } from '../workspace/errno.ts';
import { SourceProblem } from './source-problem.ts';

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** Writes the files of a source below `root`, all with one time. Throws `SourceProblem` where it cannot be a tree. */
export async function writeTree(root: string, source: FilesSource, timeSeconds: number): Promise<void> {
  for (const [index, file] of source.files.entries()) {
    const fault = findPathFault(file.path);
    if (fault !== undefined) throw at(index, `The path is refused: it ${fault}.`);
    await writeOne(root, file, index);
    await utimes(join(root, file.path), timeSeconds, timeSeconds);
  }
}

async function writeOne(root: string, file: SourceFile, index: number): Promise<void> {
  const path = join(root, file.path);
  const mode = file.executable ? 0o755 : 0o644;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, decode(file, index), { flag: 'wx', mode });
  } catch (error) {
    throw explain(error, index);
  }
}

function decode({ content, encoding }: SourceFile, index: number): Uint8Array {
  if (encoding === 'utf8') return Buffer.from(content);
  const text = content.replaceAll(/\s/g, '');
  if (text.length % 4 !== 0 || !BASE64.test(text)) throw at(index, 'The content is not base64.');
  return Buffer.from(text, 'base64');
}

function explain(error: unknown, index: number): unknown {
  const isTaken = ['EEXIST', 'EISDIR', 'ENOTDIR'].includes(errnoOf(error) ?? '');
  return isTaken ? at(index, 'Another file has this path, or a part of it.') : error;
}

function at(index: number, message: string): SourceProblem {
  return new SourceProblem(message, { pointer: `/source/files/${index}` });
}
