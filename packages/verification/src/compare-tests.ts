import type { CheckRun, TestStatus } from '@drydock/contracts';

/** Ids by what became of them, each list in the order of the runs, without repeats. */
export interface TestChanges {
  readonly failToPass: readonly string[];
  readonly passToPass: readonly string[];
  readonly regressions: readonly string[];
  readonly addedPass: readonly string[];
}

type Change = keyof TestChanges;

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
  };
  for (let index = 0; index < Math.max(before.length, after.length); index += 1) {
    const old = statusById(before[index]);
    const now = statusById(after[index]);
    for (const id of new Set([...old.keys(), ...now.keys()])) {
      const change = classify(old.get(id), now.get(id));
      if (change !== undefined) changes[change].add(id);
    }
  }
  return {
    failToPass: [...changes.failToPass],
    passToPass: [...changes.passToPass],
    regressions: [...changes.regressions],
    addedPass: [...changes.addedPass],
  };
}

/**
 * What became of one test; undefined = absent. A failing test that is skipped or absent afterwards is nothing: neither
 * fixed nor lost. So is a skipped one that passes afterwards.
 */
function classify(before: TestStatus | undefined, after: TestStatus | undefined): Change | undefined {
  if (before === 'passed') return after === 'passed' ? 'passToPass' : 'regressions';
  if (after !== 'passed') return undefined;
  if (before === undefined) return 'addedPass';
  return before === 'skipped' ? undefined : 'failToPass';
}

function statusById(run: CheckRun | undefined): ReadonlyMap<string, TestStatus> {
  return new Map(run?.tests.map(({ id, status }) => [id, status]));
}
