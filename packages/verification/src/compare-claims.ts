import type { CheckClaim, CheckRun, ChecksVerdict, TestCase, Warning } from '@drydock/contracts';
import { cutText } from './cut-text.ts';
import { findNamedPaths } from './judging-paths.ts';
import { normaliseCommand } from './normalise-command.ts';

const MAX_COMMAND_CHARS = 200;
/** A command that looks as if it ran tests. */
const TESTING = /(?:^|[\s/:_-])(?:tests?|pytest|unittest|jest|vitest|mocha|tox|nox|rspec|ava)(?:$|[\s/:_-])/;

interface Proof {
  /** Of the base with the patch. */
  readonly after: readonly CheckRun[];
  readonly verdict: Pick<ChecksVerdict, 'regressions' | 'lint'>;
}

/** One warning for each check that the agent says has passed, and that came to something else when Drydock ran it. */
export function compareClaims(claims: readonly CheckClaim[], proof: Proof): Warning[] {
  return claims.flatMap(({ command, outcome }): Warning[] => {
    const seen = outcome === 'passed' ? findContrary(command, proof) : undefined;
    if (seen === undefined) return [];
    const said = JSON.stringify(cutText(command, MAX_COMMAND_CHARS));
    return [{ code: 'claim_contradicted', message: `The agent says that ${said} passed. ${seen}` }];
  });
}

/** What Drydock saw of the very command, or, of one that only looks like tests, of the tests that it covers. */
function findContrary(command: string, proof: Proof): string | undefined {
  const line = normaliseCommand(command);
  const runs = proof.after.filter((run) => normaliseCommand(run.command) === line);
  if (runs.length === 0) return TESTING.test(line) ? findFailing(line, proof) : undefined;
  const red = runs.find((run) => run.timed_out || run.exit_code !== 0);
  if (red !== undefined) return describeRed(red);
  return runs.some((run) => run.kind === 'test')
    ? describeLost(proof.verdict.regressions.length)
    : describeNew(proof.verdict.lint?.new.length ?? 0);
}

/** A command that names files speaks of their tests only. */
function findFailing(line: string, { after, verdict }: Proof): string | undefined {
  const files = findNamedPaths(line).filter((word) => /[./]/.test(word) && !word.startsWith('-'));
  const covers = (place: string): boolean =>
    files.length === 0 || files.some((file) => place === file || /^(?:\/|::)/.test(cutStart(place, file)));
  const tests = after.flatMap((run) => (run.kind === 'test' ? run.tests : []));
  const failed = tests.filter((test) => isFailure(test) && covers(test.file ?? test.id)).length;
  if (failed > 0) return `In Drydock's run ${count(failed, 'test')} failed.`;
  return describeLost(verdict.regressions.filter(covers).length);
}

/** What follows in a text on its start; nothing where it starts otherwise. */
const cutStart = (text: string, start: string): string =>
  text.startsWith(start) ? text.slice(start.length) : '';

function describeRed(run: CheckRun): string {
  const failed = run.tests.filter(isFailure).length;
  const tests = failed === 0 ? '' : `, and ${count(failed, 'test')} failed`;
  const end = run.timed_out ? 'did not end in time' : `ended with ${run.exit_code ?? 'no exit code'}`;
  return `Drydock's run of it ${end}${tests}.`;
}

const describeLost = (tests: number): string | undefined =>
  tests === 0 ? undefined : `In Drydock's run ${count(tests, 'test')} that passed before did not pass.`;

const describeNew = (findings: number): string | undefined =>
  findings === 0 ? undefined : `Drydock's run of it has ${count(findings, 'finding')} more than before.`;

const isFailure = ({ status }: TestCase): boolean => status === 'failed' || status === 'errored';

const count = (many: number, what: string): string => `${many} ${what}${many === 1 ? '' : 's'}`;
