import type { MutationRun, Warning } from '@drydock/contracts';
import type { ComparedRuns } from './compare-runs.ts';

const NONE_GIVEN: Warning = {
  code: 'no_mutations',
  message: 'Not verified, because nothing shows that the tests can fail: the agent named no mutation.',
};

interface MutationsRun {
  readonly runs: readonly MutationRun[];
  /** Why the others were not run, in words. */
  readonly notRun: readonly string[];
}

/** The verdict on tests that were written: what it was, and true only where they caught a mutation (ADR 0015). */
export function weighMutations(compared: ComparedRuns, { runs, notRun }: MutationsRun): ComparedRuns {
  const isCaught = runs.some(({ killed }) => killed);
  const survivors = runs.filter(({ killed }) => !killed);
  return {
    verified: compared.verified === true && isCaught,
    verdict: { ...compared.verdict, mutations: [...runs] },
    warnings: [
      ...compared.warnings,
      ...survivors.map(({ path, line }) => toSurvivor(`${path}:${line}`, isCaught)),
      ...notRun.map((why): Warning => ({ code: 'mutation_not_run', message: `Mutation not run: ${why}` })),
      ...(runs.length + notRun.length === 0 ? [NONE_GIVEN] : []),
    ],
  };
}

function toSurvivor(place: string, isCaught: boolean): Warning {
  const message = `No test that the patch brought fails with the mutation of ${place}.`;
  return { code: 'mutation_survived', message: isCaught ? message : `Not verified. ${message}` };
}
