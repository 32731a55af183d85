import type { Attempt } from './attempt.ts';
import type { CommandGate } from './command-gate.ts';
import { isPrivilegedFinding } from './generated-code.ts';

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
  const { tier, tool_use_approval: approval } = attempt.job.spec;
  if (tier !== 'high' || (typeof approval === 'object' && approval.privileged)) return undefined;
  const finding = attempt.findings.find(isPrivilegedFinding);
  return finding && `${finding.message} (${finding.path}:${finding.line}, rule ${finding.rule})`;
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
