import type { CheckRun, JobSpec, LintFinding, Observation, RunLinterArgs } from '@drydock/contracts';
import { RepoAnswer } from '@drydock/contracts';
import { detectChecks } from '@drydock/verification';
import { ChangedLines } from './changed-lines.ts';
import type { CheckRunner } from './check-runner.ts';
import { formatLint } from './format-lint.ts';
import type { ToolPrograms } from './tool-programs.ts';
import type { ToolCallContext, ToolSet } from './tool-set.ts';
import { refused } from './tool-set.ts';

const COMPARE_TIMEOUT_MS = 60_000;
const WORKDIR = '/job/work/';

interface LintToolsParts {
  readonly programs: Pick<ToolPrograms, 'run' | 'answer'>;
  readonly checks: Pick<CheckRunner, 'facts' | 'run'>;
}

/** The tool that runs linters. All of the tree is always linted: which commands take paths is not known of them. */
export function createLintTools(
  spec: Pick<JobSpec, 'checks'>,
  { programs, checks }: LintToolsParts,
): ToolSet<'run_linter'> {
  return {
    run_linter: async (args, call) => {
      const { lint } = detectChecks(await checks.facts(call.signal), spec.checks);
      if (lint.length === 0) return refused('no_lint', NO_LINT);
      const runs: CheckRun[] = [];
      let leftMs = args.timeout_seconds * 1_000;
      for (const check of lint) {
        const place = { callId: call.callId, tool: 'run_linter', timeoutMs: Math.max(1, leftMs) };
        const outcome = await checks.run(check, place, call.signal);
        if (outcome.kind === 'refused') return outcome.observation;
        runs.push(outcome.run);
        leftMs -= outcome.run.duration_ms;
      }
      const changed = args.changed_only ? await findChanged(programs, call) : undefined;
      if (changed !== undefined && 'kind' in changed) return changed;
      const findings = runs
        .flatMap((run) => run.findings)
        .filter(wantedBy(args, changed))
        .toSorted(byPlace);
      return programs.answer(call.callId, formatLint({ runs, findings, scope: describeScope(args) }));
    },
  };
}

const NO_LINT =
  'No lint command is known: the job names none, and the repository has none that Drydock detects (a lint script in package.json, flake8).';

/** Lines that are not those of the base, or why they are not known. */
async function findChanged(
  programs: Pick<ToolPrograms, 'run'>,
  { callId, signal }: ToolCallContext,
): Promise<ChangedLines | Observation> {
  const answer = await programs.run(
    {
      callId,
      program: 'browse-repo',
      request: { type: 'changed_lines' },
      schema: RepoAnswer,
      title: 'compare the workspace with its base',
      timeoutMs: COMPARE_TIMEOUT_MS,
    },
    signal,
  );
  if ('kind' in answer) return answer;
  if (answer.type !== 'changed_lines' || !answer.isWhole)
    return refused('failed', 'What changed against the base cannot be told: ask without changed_only.');
  return new ChangedLines(answer.files);
}

function wantedBy({ paths }: RunLinterArgs, changed: ChangedLines | undefined) {
  const wanted = paths?.map(toRelative);
  // What is no place in a file, such as a linter that failed, is always told.
  return ({ file, line }: LintFinding): boolean =>
    file.startsWith('<') ||
    ((wanted === undefined || wanted.some((path) => isWithin(file, path))) &&
      (changed === undefined || changed.has(file, line)));
}

/** Linters that work in parallel tell their findings in any order. */
const byPlace = (a: LintFinding, b: LintFinding): number =>
  a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1;

const toRelative = (path: string): string =>
  path
    .replace(WORKDIR, '')
    .replace(/^(?:\.\/+)+/, '')
    .replace(/(?<!\/)\/+$/, '');

const isWithin = (file: string, path: string): boolean =>
  path === '.' || path === '' || file === path || file.startsWith(`${path}/`);

function describeScope({ paths, changed_only }: RunLinterArgs): string {
  const parts = [
    ...(paths === undefined ? [] : [`in ${paths.join(', ').slice(0, 300)}`]),
    ...(changed_only ? ['in lines that are not those of the base'] : []),
  ];
  return parts.join(', ');
}
