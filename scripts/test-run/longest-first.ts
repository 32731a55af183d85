import { relative } from 'node:path';
import type { TestSpecification } from 'vitest/node';
import { BaseSequencer } from 'vitest/node';

/**
 * Seconds that files took, of those that take long. Only the order matters: a long file that begins last is waited for
 * alone. A file that is not here comes after those that are.
 */
export const LONG_FILES: Readonly<Record<string, number>> = {
  'e2e/nothing-leaks.e2e.test.ts': 90,
  'e2e/demo.e2e.test.ts': 85,
  'e2e/killed-worker.e2e.test.ts': 85,
  'security/contained.docker.test.ts': 75,
  'e2e/endings.e2e.test.ts': 60,
  'e2e/start.e2e.test.ts': 60,
  'e2e/survives-death.e2e.test.ts': 50,
  'e2e/side-by-side.e2e.test.ts': 45,
  'e2e/goes-on.e2e.test.ts': 45,
  'packages/sandbox/test/layer-sources.docker.test.ts': 40,
  'packages/sandbox/test/patch.docker.test.ts': 40,
  'e2e/faults.e2e.test.ts': 40,
  'e2e/any-source.e2e.test.ts': 40,
  'e2e/engine-restarts.e2e.test.ts': 38,
  'e2e/cancel.e2e.test.ts': 37,
  'packages/sandbox/test/exec.docker.test.ts': 36,
  'e2e/approvals.e2e.test.ts': 33,
  'services/worker/test/engine-outage.docker.test.ts': 31,
  'packages/sandbox/test/reaping.docker.test.ts': 31,
  'e2e/killed-monitor.e2e.test.ts': 28,
};

/** Files in the order of their groups, within one the longest first, whatever kind they are. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const groupOf = ({ project }: TestSpecification) => project.config.sequence.groupOrder;
    const secondsOf = ({ moduleId }: TestSpecification) =>
      LONG_FILES[relative(this.ctx.config.root, moduleId)] ?? 0;
    // oxlint-disable-next-line unicorn/no-array-sort -- not an array's: it makes a new list
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => groupOf(a) - groupOf(b) || secondsOf(b) - secondsOf(a));
  }
}
