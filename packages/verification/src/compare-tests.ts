import type { CheckRun, TestStatus } from '@drydock/contracts';
import { groupRepeats } from './group-repeats.ts';

/** Ids by what became of them, each list in the order of the runs, without repeats. */
export interface TestChanges {
  readonly failToPass: readonly string[];
  readonly passToPass: readonly string[];
  readonly regressions: readonly string[];
  readonly addedPass: readonly string[];
  /** Failing or in error after, and not before, also where the test is new: a run with one is red (ADR 0010). */
  readonly newFailures: readonly string[];
}

type Change = keyof TestChanges;
type Statuses = ReadonlyMap<string, TestStatus>;
/** Whether all repeats of a test passed, on each side. */
interface Group {
  readonly hasPassedBefore: boolean;
  readonly hasPassedAfter: boolean;
}

/**
 * Compares tests command by command: two commands may know the same id. The runs of both sides are the same commands
 * in the same order, and of kind `test`.
 */
export function compareTests(before: readonly CheckRun[], after: readonly CheckRun[]): TestChanges {
  const changes = {
    failToPass: new Set<string>(),
    passToPass: new Set<string>(),
    regressions: new Set<string>(),
    addedPass: new Set<string>(),
    newFailures: new Set<string>(),
  };
  for (let index = 0; index < Math.max(before.length, after.length); index += 1) {
    for (const [id, change] of compareCommand(statusById(before[index]), statusById(after[index]))) {
      changes[change].add(id);
    }
  }
  return {
    failToPass: [...changes.failToPass],
    passToPass: [...changes.passToPass],
    regressions: [...changes.regressions],
    addedPass: [...changes.addedPass],
    newFailures: [...changes.newFailures],
  };
}

function compareCommand(before: Statuses, after: Statuses): [id: string, change: Change][] {
  return groupRepeats(new Set([...before.keys(), ...after.keys()])).flatMap((ids) => {
    const group = {
      hasPassedBefore: hasPassed(before, before, ids),
      hasPassedAfter: hasPassed(before, after, ids),
    };
    return ids.flatMap((id) =>
      findChanges(before.get(id), after.get(id), group).map((change): [string, Change] => [id, change]),
    );
  });
}

/** Whether all repeats passed on a side, and there are some; one that was there before and vanished did not. */
function hasPassed(before: Statuses, side: Statuses, ids: readonly string[]): boolean {
  const known = ids.filter((id) => before.has(id) || side.has(id));
  return known.length > 0 && known.every((id) => side.get(id) === 'passed');
}

/**
 * Repeats are told apart by nothing but their order, which a patch can change: a test that passes, registered before
 * the one that fails, takes its id. So nothing of a group has become green while one of it is not, and a group that
 * passed has lost a test with any that does not pass.
 */
function findChanges(before: TestStatus | undefined, after: TestStatus | undefined, group: Group): Change[] {
  const changes: Change[] = [];
  const change = classify(before, after);
  const isGreen = change === 'failToPass' || change === 'addedPass';
  if (change !== undefined && (!isGreen || group.hasPassedAfter)) changes.push(change);
  if (before === undefined && after !== 'passed' && group.hasPassedBefore) changes.push('regressions');
  if (isFailure(after) && !isFailure(before)) changes.push('newFailures');
  return changes;
}

/**
 * What became of one test; undefined = absent. A failing test that is skipped or absent afterwards is nothing: neither
 * fixed nor lost. So is a skipped one that passes afterwards, and a file that could not be loaded and now has tests:
 * they are added.
 */
function classify(before: TestStatus | undefined, after: TestStatus | undefined): Change | undefined {
  if (before === 'passed') return after === 'passed' ? 'passToPass' : 'regressions';
  if (after !== 'passed') return undefined;
  if (before === undefined) return 'addedPass';
  return before === 'skipped' ? undefined : 'failToPass';
}

const isFailure = (status: TestStatus | undefined): boolean => status === 'failed' || status === 'errored';

function statusById(run: CheckRun | undefined): Statuses {
  return new Map(run?.tests.map(({ id, status }) => [id, status]));
}
