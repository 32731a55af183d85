import type { CapturedPatch, Outcome } from '@drydock/core';
import { toDrydockError } from '@drydock/core';
import type { Attempt } from '../attempt/attempt.ts';
import { enterSafeMode } from '../gate/safe-mode.ts';
import { screenPatch } from '../gate/screen-patch.ts';
import type { TurnSaver } from './turn-saver.ts';

/** The monitor kills a sandbox 5 s after its deadline, and a cancelled one is gone by then: the patch is out first. */
const CAPTURE_AFTER_INTERRUPTION_MS = 4_000;
const CAPTURE_MS = 60_000;
const NO_PATCH: CapturedPatch = { diff: new Uint8Array(), leftOut: [] };

export interface CapturedEnd {
  readonly outcome: Outcome;
  readonly patch: CapturedPatch;
}

type EndSaver = Pick<TurnSaver, 'saveEnd' | 'record' | 'patch' | 'isSaved' | 'safeMode'>;

/**
 * The last state, whatever the end was; where it cannot be captured, what was saved before. Whichever patch it is, it is
 * screened before it is handed over.
 */
export async function captureEnd(attempt: Attempt, saver: EndSaver, outcome: Outcome): Promise<CapturedEnd> {
  if (outcome.kind === 'safe_mode') return toSafeMode(attempt, outcome.message);
  const end = await capture(attempt, saver, outcome);
  const unsafe = await screenPatch(attempt, end.patch.diff);
  if (unsafe !== undefined) return toSafeMode(attempt, unsafe);
  if (saver.safeMode !== undefined) return toSafeMode(attempt, saver.safeMode);
  return end.outcome.kind === 'checkpointed' ? { ...end, outcome: endSlice(attempt, saver) } : end;
}

const toSafeMode = (attempt: Attempt, message: string): CapturedEnd => ({
  outcome: enterSafeMode(attempt, message),
  patch: NO_PATCH,
});

async function capture(attempt: Attempt, saver: EndSaver, outcome: Outcome): Promise<CapturedEnd> {
  const isInterrupted = outcome.kind === 'timed_out' || outcome.kind === 'cancelled';
  // Without its patch a submission proves nothing, and a slice is no end; every other ending stays what it was.
  const needsPatch = outcome.kind === 'submitted' || outcome.kind === 'checkpointed';
  try {
    const timeoutMs = isInterrupted ? CAPTURE_AFTER_INTERRUPTION_MS : CAPTURE_MS;
    const patch = await saver.saveEnd(AbortSignal.timeout(timeoutMs));
    await saver.record();
    // Nothing was done from the base: the patch of an older attempt is the patch so far.
    return { outcome, patch: needsPatch ? patch : (saver.patch ?? patch) };
  } catch (cause) {
    const { code, message } = toDrydockError(cause);
    attempt.deps.log.warn('patch.capture_failed', { code, err: cause });
    attempt.warn({ code: 'patch_not_captured', message: `The last changes could not be read: ${message}` });
    const ended: Outcome = needsPatch ? { kind: 'failed', code, message } : outcome;
    return { outcome: ended, patch: saver.patch ?? (await attempt.findOlderPatch()) };
  }
}

/** The end of a slice is one only with a checkpoint to go on from. */
function endSlice(attempt: Attempt, saver: EndSaver): Outcome {
  const seconds = attempt.deps.highTierSliceMs / 1_000;
  const message = `The tool calls of one turn took longer than ${seconds} s, a slice of tier high, and were stopped.`;
  if (!saver.isSaved) return { kind: 'failed', code: 'budget_exceeded', message };
  attempt.warn({ code: 'slice_ended', message: `${message} Continue the job to go on.` });
  return { kind: 'checkpointed' };
}
