import type { JobResult, Submission } from '@drydock/contracts';
import type { DrydockError, TerminalState } from '@drydock/core';
import { buildSarif, hasChangeToProve } from '@drydock/core';
import type { Attempt } from './attempt.ts';
import { toKindResult } from './kind-result.ts';
import type { AgentStage } from '../agent/run-agent-stage.ts';
import { toJsonBytes } from '../saving/to-json-bytes.ts';
import type { Verification } from '../proof/verify-result.ts';

/** How an attempt ended, with all that is to be kept of it. */
export interface Ending {
  readonly to: TerminalState;
  readonly error: DrydockError | undefined;
  readonly stage: AgentStage | undefined;
  readonly verification: Verification | undefined;
}

/** What the agent has made, or an older one where this attempt did not come to it. */
interface Made extends Pick<AgentStage, 'patch' | 'plan'> {
  /** Null where nothing was submitted. */
  readonly submission: Submission | null;
}

/**
 * Writes the artifacts, then the job's end: state, result and last event at once. Resolves with the state that the job
 * ended in: a cancellation that came first leaves it no other than `cancelled`.
 */
export async function commitAttempt(attempt: Attempt, ending: Ending): Promise<TerminalState> {
  attempt.disclosure.close();
  await noteUnread(attempt);
  const made = ending.stage === undefined ? await findOlder(attempt) : describeStage(ending.stage);
  await keepArtifacts(attempt, ending, made);
  noteLeftOut(attempt, made);
  if ((await commit(attempt, ending, made)) === 'committed') return ending.to;
  const cancelled = toCancelled(ending);
  await commit(attempt, cancelled, made);
  return cancelled.to;
}

async function commit(
  attempt: Attempt,
  ending: Ending,
  made: Made,
): Promise<'committed' | 'cancel_requested'> {
  await attempt.events.flush();
  // What the model wrote into it, and what an error quotes, is masked like all that leaves.
  const result = attempt.redactor.value(toResult(attempt, ending, made));
  const error = attempt.redactor.value(ending.error?.toBody() ?? null);
  const { to } = ending;
  const { artifacts } = attempt;
  const answer = await attempt.deps.store.commit(attempt.lease, { to, result, error, artifacts });
  if (answer === 'committed') {
    attempt.deps.metrics.jobFinished(to, result.verified, secondsSince(attempt, attempt.job.createdAt));
  }
  return answer;
}

const secondsSince = ({ deps }: Attempt, at: string): number => (deps.clock.now() - Date.parse(at)) / 1_000;

/** What was proven stays in the artifacts; a cancelled job claims nothing of it. */
function toCancelled({ stage }: Ending): Ending {
  return { to: 'cancelled', error: undefined, stage, verification: undefined };
}

async function keepArtifacts(
  attempt: Attempt,
  { verification }: Ending,
  { patch, plan, submission }: Made,
): Promise<void> {
  const { conversation, job } = attempt;
  await attempt.keep('patch.diff', patch.diff);
  if (conversation.items.length > 0 || job.artifacts['transcript.jsonl'] === undefined)
    await attempt.keepTranscript();
  await attempt.keep('log.txt', attempt.disclosure.log());
  if (plan !== null) await attempt.keep('plan.json', toJsonBytes(attempt.redactor.value(plan)));
  await keepFindings(attempt, submission);
  if (verification !== undefined) {
    await attempt.keep('before.json', toJsonBytes(verification.before));
    await attempt.keep('after.json', toJsonBytes(verification.after));
  }
}

/** From here on none is taken: none is lost without a word. */
async function noteUnread(attempt: Attempt): Promise<void> {
  const unread = await attempt.inbox.end();
  if (unread.length === 0) return;
  attempt.warn({
    code: 'messages_not_delivered',
    message: `The job ended before the model read these messages: ${unread.map(({ id }) => id).join(', ')}`,
  });
}

/** Of a review that handed in findings, none of them included: a log without results says that it was looked. */
async function keepFindings(attempt: Attempt, submission: Submission | null): Promise<void> {
  if (attempt.job.spec.kind !== 'review' || submission?.findings === undefined) return;
  const sarif = JSON.stringify(buildSarif(attempt.redactor.value(submission.findings)), undefined, 2);
  await attempt.keep('findings.sarif', Buffer.from(`${sarif}\n`));
}

function noteLeftOut(attempt: Attempt, { patch: { leftOut } }: Made): void {
  if (leftOut.length === 0) return;
  attempt.warn({
    code: 'ignored_files_left_out',
    message: `Not in the patch, because git ignores them or cannot carry them: ${leftOut.join(', ')}`,
  });
}

/** The result of an attempt that is lost now. */
export function resultSoFar(attempt: Attempt, told: Pick<JobResult, 'plan' | 'patch_bytes'>): JobResult {
  const nothing = { verified: isProvable(attempt), checks: null, summary: null };
  return { ...nothing, ...told, ...describeRun(attempt) };
}

function toResult(attempt: Attempt, { verification }: Ending, { submission, plan, patch }: Made): JobResult {
  const proven = {
    verified: verification?.verified ?? isProvable(attempt),
    checks: verification?.verdict ?? null,
  };
  const told = { summary: submission?.summary ?? null, plan, patch_bytes: patch.diff.byteLength };
  const own = submission === null ? {} : toKindResult(attempt.job.spec.kind, submission);
  return { ...proven, ...told, ...attempt.redactor.value(own), ...describeRun(attempt) };
}

/** What is true of the attempt, whatever came of it. */
function describeRun({ budget, warnings, findings, job, deps, promptSha256, player }: Attempt) {
  const replay = player === undefined ? {} : { replay: player.report };
  const prompt = promptSha256 === undefined ? {} : { prompt_sha256: promptSha256 };
  const runtime = job.spec.tier === 'high' ? { runtime: deps.highTierRuntime } : {};
  return { usage: budget.usage, warnings, findings: [...findings], ...prompt, ...replay, ...runtime };
}

/** What `verified` is without a verification: false, or null for a kind that leaves nothing to prove. */
function isProvable(attempt: Attempt): false | null {
  return hasChangeToProve(attempt.job.spec) ? false : null;
}

function describeStage({ outcome, plan, patch }: AgentStage): Made {
  return { submission: outcome.kind === 'submitted' ? outcome.submission : null, plan, patch };
}

async function findOlder(attempt: Attempt): Promise<Made> {
  const plan = attempt.resumePoint?.checkpoint.plan ?? null;
  return { submission: null, plan, patch: await attempt.findOlderPatch() };
}
