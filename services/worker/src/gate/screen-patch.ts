import type { JobSpec, Submission } from '@drydock/contracts';
import type { Attempt } from '../attempt/attempt.ts';
import type { CommandGate } from './command-gate.ts';
import { isPrivilegedFinding } from './generated-code.ts';
import { findPrivilegedCode } from './privileged-instruction.ts';

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

/** Tier high: what the model has said in a turn is looked at before anybody reads it. */
export async function screenWords(
  attempt: Attempt,
  gate: Pick<CommandGate, 'enterSafeMode'>,
  submission?: Submission,
): Promise<void> {
  const { deps, events, disclosure } = attempt;
  if (!disclosure.isHeld) return;
  const text = [...events.heldWords, ...findTexts(submission)].join('\n\n');
  const reason = await findPrivilegedCode(deps.policy, text, AbortSignal.timeout(SCREEN_MS));
  if (reason !== undefined) gate.enterSafeMode(`The model wrote a privileged command: ${reason}`);
}

/** Every text of a value, however deep. */
function findTexts(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(findTexts) : [];
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
