import type { CheckRun, MutationRun, TestCase } from '@drydock/contracts';
import { MAX_ID_CHARS, cutText } from './cut-text.ts';

const MAX_FAILED = 20;

interface MutatedRuns {
  /** Test runs of the same commands in the same order: on the base, with the patch, with patch and mutation. */
  readonly before: readonly CheckRun[];
  readonly after: readonly CheckRun[];
  readonly mutated: readonly CheckRun[];
  /** By the patch. */
  readonly changedPaths: readonly string[];
}

/**
 * Whether the tests of a patch catch a mutation: a test that passed with the patch now fails, and the patch brought it. It
 * did not pass before, or stands in a file that the patch changes, or cannot be told from others. A test that is only
 * absent does not count: code that does not load fails no test by itself (ADR 0015).
 */
export function judgeMutation(runs: MutatedRuns): Pick<MutationRun, 'killed' | 'failed_tests'> {
  const changed = new Set(runs.changedPaths);
  const failed = runs.mutated.flatMap((run, index) => {
    const passedBefore = passedIn(runs.before[index]);
    const passedAfter = passedIn(runs.after[index]);
    return run.tests
      .filter((test) => isFailure(test) && passedAfter.has(test.id))
      .map((test) => ({
        id: test.id,
        isOwn: run.format === 'exit_code' || !passedBefore.has(test.id) || changed.has(fileOf(test)),
      }));
  });
  return {
    killed: failed.some(({ isOwn }) => isOwn),
    failed_tests: [...new Set(failed.map(({ id }) => cutText(id, MAX_ID_CHARS)))].slice(0, MAX_FAILED),
  };
}

const passedIn = (run: CheckRun | undefined): ReadonlySet<string> =>
  new Set(run?.tests.filter(({ status }) => status === 'passed').map(({ id }) => id));

const isFailure = ({ status }: TestCase): boolean => status === 'failed' || status === 'errored';

const fileOf = ({ id, file }: TestCase): string => file ?? id.split('::', 1)[0] ?? id;
