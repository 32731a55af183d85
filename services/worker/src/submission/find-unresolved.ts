import type { CodePlace } from '@drydock/contracts';
import type { Sandbox } from '@drydock/core';
import { findPathFault } from '@drydock/core';
import { toRelative } from './normalise-submission.ts';

/** Answers of a sandbox fit into one frame of 1 MiB, base64. What is behind that in a file is taken to be there. */
const MAX_FILE_BYTES = 512 << 10;
const NEWLINE = 0x0a;

type Reader = Pick<Sandbox, 'readFile'>;

/** The places that are not in the workspace, each with the reason, in words. Every file is read once. */
export async function findUnresolved(
  sandbox: Reader,
  places: readonly CodePlace[],
  signal: AbortSignal,
): Promise<string[]> {
  const lines = new Map<string, number | undefined>();
  const unresolved = new Set<string>();
  for (const place of places) {
    const path = toRelative(place.path);
    if (!lines.has(path)) lines.set(path, await countLines(sandbox, path, signal));
    const fault = findFault(place, lines.get(path));
    if (fault !== undefined) unresolved.add(`${path}:${place.line} (${fault})`);
  }
  return [...unresolved];
}

function findFault({ line, end_line: end = line }: CodePlace, lines: number | undefined): string | undefined {
  if (lines === undefined) return 'there is no such file';
  if (end < line) return 'end_line is before line';
  return end > lines ? `the file has ${lines} lines` : undefined;
}

/** Undefined where there is no such file. */
async function countLines(sandbox: Reader, path: string, signal: AbortSignal): Promise<number | undefined> {
  if (findPathFault(path) !== undefined) return undefined;
  const bytes = await sandbox.readFile(path, MAX_FILE_BYTES, signal);
  if (bytes === undefined) return undefined;
  if (bytes.byteLength >= MAX_FILE_BYTES) return Infinity;
  const breaks = bytes.reduce((count, byte) => (byte === NEWLINE ? count + 1 : count), 0);
  // A last line without a line break is a line too.
  return bytes.byteLength > 0 && bytes.at(-1) !== NEWLINE ? breaks + 1 : breaks;
}
