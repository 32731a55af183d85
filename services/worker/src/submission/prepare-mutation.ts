import type { Mutation } from '@drydock/contracts';
import type { Sandbox } from '@drydock/core';
import type { MutationDiff } from '@drydock/verification';
import { buildMutationDiff, findMutationFault } from '@drydock/verification';

/** Answers of a sandbox fit into one frame of 1 MiB, base64. */
const MAX_FILE_BYTES = 512 << 10;

type Reader = Pick<Sandbox, 'readFile'>;
/** What a mutation may not touch. */
export type MutationJudge = Parameters<typeof findMutationFault>[1];

/** A mutation as a diff of the workspace as it is, or why there is none, after the path in a sentence. */
export async function prepareMutation(
  sandbox: Reader,
  { mutation, judge }: { readonly mutation: Mutation; readonly judge: MutationJudge },
  signal: AbortSignal,
): Promise<MutationDiff> {
  const { path } = mutation;
  const fault = findMutationFault(path, judge);
  if (fault !== undefined) return { kind: 'fault', reason: fault };
  const bytes = await sandbox.readFile(path, MAX_FILE_BYTES, signal);
  if (bytes === undefined) return { kind: 'fault', reason: 'is not there' };
  if (bytes.byteLength >= MAX_FILE_BYTES) return { kind: 'fault', reason: 'is too large' };
  const text = decode(bytes);
  return text === undefined ? { kind: 'fault', reason: 'is not text' } : buildMutationDiff(text, mutation);
}

/** Undefined for what is not UTF-8: a diff of it would be of other bytes. */
function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
