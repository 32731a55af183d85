import { findPathFault } from '@drydock/core';
import { decidesChecks } from './judging-paths.ts';

interface Judge {
  /** What the checks of the repository name as files (`DetectedChecks`). */
  readonly namedPaths: readonly string[];
  /** Files that the patch made: a fault in them says nothing of the code under test. */
  readonly addedPaths: readonly string[];
}

/** Why a file may not be mutated; undefined where it may. The answer ends a sentence that starts with the path. */
export function findMutationFault(path: string, { namedPaths, addedPaths }: Judge): string | undefined {
  const fault = findPathFault(path);
  if (fault !== undefined) return fault;
  if (decidesChecks(path) || namedPaths.includes(path)) return 'is a test, or decides what is tested';
  return addedPaths.includes(path) ? 'is not code under test: the patch adds it' : undefined;
}
