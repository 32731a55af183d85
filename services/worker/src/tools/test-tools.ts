import type { ArtifactName, CheckRun, JobSpec, Observation, RunTestsArgs } from '@drydock/contracts';
import { TEST_LOG_NAMES } from '@drydock/contracts';
import type { CheckCommand } from '@drydock/verification';
import { detectChecks, selectTests } from '@drydock/verification';
import type { Redactor } from '../gate/redactor.ts';
import type { CheckRunner } from './check-runner.ts';
import { formatTestRuns } from './format-tests.ts';
import { KeptLog } from './kept-log.ts';
import { TestLogs } from './test-log.ts';
import type { ToolPrograms } from './tool-programs.ts';
import type { ToolCallContext, ToolSet } from './tool-set.ts';
import { refused } from './tool-set.ts';

interface TestToolsOptions {
  readonly spec: Pick<JobSpec, 'checks'>;
  readonly redactor: Pick<Redactor, 'text'>;
  /** Stores an artifact of the job. */
  readonly keep: (name: ArtifactName, bytes: Uint8Array) => Promise<void>;
}

interface TestToolsParts {
  readonly programs: Pick<ToolPrograms, 'answer'>;
  readonly checks: Pick<CheckRunner, 'facts' | 'run'>;
}

type Ran = { readonly runs: readonly CheckRun[]; readonly log: KeptLog };

/** Kept of what all checks of a run print. */
const MAX_RUN_BYTES = 2 << 20;

/** The tools that run tests and read what they printed. */
export function createTestTools(
  { spec, redactor, keep }: TestToolsOptions,
  { programs, checks }: TestToolsParts,
): ToolSet<'run_tests' | 'test_log'> {
  const logs = new TestLogs();
  const finish = async (callId: string, { runs, log }: Ran): Promise<Observation> => {
    const number = logs.keep(log);
    const name = TEST_LOG_NAMES[number - 1];
    if (name !== undefined) await keep(name, Buffer.from(redactor.text(log.text)));
    return programs.answer(callId, formatTestRuns(number, runs, log.lineCount));
  };
  return {
    run_tests: async (args, call) => {
      const facts = await checks.facts(call.signal);
      const { test } = detectChecks(facts, spec.checks);
      if (test.length === 0) return refused('no_tests', NO_TESTS);
      const selected = selectTests(test, args, facts);
      if (selected.kind === 'not_possible') return refused('not_possible', selected.reason);
      const ran = await runAll(checks, selected.checks, { args, call });
      return 'observation' in ran ? ran.observation : finish(call.callId, ran);
    },
    test_log: async ({ run, ...range }, { callId }) => {
      const text = logs.read(run, range);
      if (text !== undefined) return programs.answer(callId, text);
      const runs = logs.runs.join(', ') || 'none yet';
      return refused('no_run', `There is no log of run ${run}. Runs that can be read: ${runs}.`);
    },
  };
}

const NO_TESTS =
  'No test command is known: the job names none, and the repository has none that Drydock detects (a test script in package.json, *.test.* files, pytest).';

/** One after the other within the time of the call: they share a workspace. What is refused ends the call. */
async function runAll(
  checks: Pick<CheckRunner, 'run'>,
  commands: readonly CheckCommand[],
  { args, call }: { args: RunTestsArgs; call: ToolCallContext },
): Promise<Ran | { readonly observation: Observation }> {
  const runs: CheckRun[] = [];
  const log = new KeptLog(MAX_RUN_BYTES);
  let leftMs = args.timeout_seconds * 1_000;
  for (const check of commands) {
    const place = { callId: call.callId, tool: 'run_tests', timeoutMs: Math.max(1, leftMs), log };
    log.note(`${log.byteLength === 0 ? '' : '\n'}$ ${check.command}\n`);
    const outcome = await checks.run(check, place, call.signal);
    if (outcome.kind === 'refused') return outcome;
    runs.push(outcome.run);
    if (outcome.omittedBytes > 0) log.note(`\n[${outcome.omittedBytes} more bytes were not kept]`);
    leftMs -= outcome.run.duration_ms;
  }
  return { runs, log };
}
