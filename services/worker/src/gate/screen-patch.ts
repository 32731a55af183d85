import type { JobSpec, TranscriptLine } from '@drydock/contracts';
import type { Attempt } from '../attempt/attempt.ts';
import type { CommandGate } from './command-gate.ts';
import { isPrivilegedFinding } from './generated-code.ts';
import { screenTexts } from './screen-texts.ts';
import { findShownTexts, findWordsOf } from './shown-texts.ts';

/** A patch of many megabytes is screened to its bound; a worker that is busy must not hold up a job's end. */
const SCREEN_MS = 15_000;

/**
 * Looks at the patch, for people; resolves with what makes tier `high` hand nothing over. A screening that fails is a
 * finding of its own.
 */
export async function screenPatch(attempt: Attempt, diff: Uint8Array): Promise<string | undefined> {
  const { policy, log } = attempt.deps;
  try {
    attempt.findings = await policy.screenPatch(diff, AbortSignal.timeout(SCREEN_MS));
  } catch (err) {
    log.warn('patch.not_screened', { jobId: attempt.job.id, err });
    attempt.findings = [NOT_SCREENED];
  }
  if (!isHandedOverScreened(attempt.job.spec)) return undefined;
  const finding = attempt.findings.find(isPrivilegedFinding);
  return finding && `${finding.message} (${finding.path}:${finding.line}, rule ${finding.rule})`;
}

/** Whether privileged code ends the job: tier `high`, unless the caller has said that it is meant. */
export const isHandedOverScreened = ({
  tier,
  tool_use_approval: approval,
}: Pick<JobSpec, 'tier' | 'tool_use_approval'>): boolean =>
  tier === 'high' && !(typeof approval === 'object' && approval.privileged);

/**
 * Tier high: all that was said in a turn, and what is about to be shown beside it, is looked at before anybody reads it. A
 * look that fails is a finding.
 */
export async function screenWords(
  attempt: Attempt,
  gate: Pick<CommandGate, 'enterSafeMode'>,
  shown?: unknown,
): Promise<void> {
  const { deps, events, disclosure, job } = attempt;
  if (!disclosure.isHeld) return;
  const lines = disclosure.unseenLines.map((line) => withoutKnown(attempt, line));
  const texts = [...lines.flatMap(findShownTexts), ...findWordsOf([events.heldWords, shown])];
  try {
    const reason = await screenTexts(deps.policy, texts, AbortSignal.timeout(SCREEN_MS));
    if (reason !== undefined) gate.enterSafeMode(`The model wrote a privileged command: ${reason}`);
  } catch (err) {
    deps.log.warn('words.not_screened', { jobId: job.id, err });
    gate.enterSafeMode('What the model wrote could not be screened.');
  }
}

/** The caller's words were looked at as such, and the repository's are not the model's: the agent process repeats them. */
function withoutKnown({ job, guidance }: Attempt, line: TranscriptLine): TranscriptLine {
  if (line.type !== 'message' || line.role === 'assistant') return line;
  const files = guidance?.files ?? [];
  const known = [job.spec.instruction, job.spec.system_prompt, ...files.map(({ text }) => text)];
  const text = known.reduce<string>(
    (rest, part) => (part === undefined || part === null || part === '' ? rest : rest.replaceAll(part, '\n')),
    line.text,
  );
  return { ...line, text };
}

/** Tier high: what a turn has written is looked at while the model thinks about the next one. */
export async function screenTurn(
  attempt: Attempt,
  gate: Pick<CommandGate, 'enterSafeMode'>,
  diff: Uint8Array,
): Promise<void> {
  if (attempt.job.spec.tier !== 'high') return;
  const unsafe = await screenPatch(attempt, diff);
  if (unsafe !== undefined) gate.enterSafeMode(unsafe);
}

const NOT_SCREENED = {
  rule: 'unscreened',
  severity: 'high' as const,
  path: '',
  line: 0,
  message: 'The change could not be screened to its end.',
  excerpt: '',
};
