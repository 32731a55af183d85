import type { Mutation } from '@drydock/contracts';
import type { Sandbox } from '@drydock/core';
import type { MutationJudge } from './prepare-mutation.ts';
import { prepareMutation } from './prepare-mutation.ts';

/** The mutations that cannot be put into the workspace, each with the reason, in words. */
export async function findUnusableMutations(
  sandbox: Pick<Sandbox, 'readFile'>,
  { mutations, judge }: { readonly mutations: readonly Mutation[]; readonly judge: MutationJudge },
  signal: AbortSignal,
): Promise<string[]> {
  const unusable: string[] = [];
  for (const mutation of mutations) {
    const prepared = await prepareMutation(sandbox, { mutation, judge }, signal);
    if (prepared.kind === 'fault') unusable.push(`${mutation.path} ${prepared.reason}`);
  }
  return unusable;
}
