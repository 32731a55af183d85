import type { CapturedPatch, Outcome } from '@drydock/core';
import { DrydockError } from '@drydock/core';
import { describe, expect, it } from 'vitest';
import type { Attempt } from '../attempt/attempt.ts';
import { captureEnd } from './capture-end.ts';

const SUBMITTED: Outcome = { kind: 'submitted', submission: { summary: 'done', changes: [] } };
const patchOf = (text: string): CapturedPatch => ({ diff: Buffer.from(text), leftOut: [] });
const FAILURE = new DrydockError('patch_rejected');
const FAILED: Outcome = { kind: 'failed', code: FAILURE.code, message: FAILURE.message };
const UNSAFE: Outcome = { kind: 'safe_mode', message: 'Root. (a:1, rule privileged_command)' };

interface World {
  readonly captured?: string | DrydockError;
  readonly saved?: string;
  readonly isSaved?: boolean;
}

/** Tier high, where a patch with the word `root` is unsafe. */
async function end(outcome: Outcome, { captured = 'new', saved, isSaved = true }: World) {
  const warned: string[] = [];
  const warn = ({ code }: { code: string }) => void warned.push(code);
  const attempt = {
    findings: [],
    job: { spec: { tier: 'high', tool_use_approval: false } },
    warn,
    warnOnce: warn,
    disclosure: { withhold: () => undefined },
    findOlderPatch: async () => patchOf('older'),
    deps: {
      highTierSliceMs: 30_000,
      log: { warn: () => undefined },
      policy: {
        screenPatch: async (diff: Uint8Array) =>
          Buffer.from(diff).includes('root')
            ? [{ rule: 'privileged_command', path: 'a', line: 1, message: 'Root.' }]
            : [],
      },
    },
  };
  const saver = {
    saveEnd: async () => {
      if (captured instanceof DrydockError) throw captured;
      return patchOf(captured);
    },
    record: async () => undefined,
    patch: saved === undefined ? undefined : patchOf(saved),
    isSaved,
    safeMode: undefined,
  };
  const ended = await captureEnd(attempt as unknown as Attempt, saver, outcome);
  return { outcome: ended.outcome, patch: Buffer.from(ended.patch.diff).toString(), warned };
}

describe('the end of a stage', () => {
  it.each<[string, Outcome, World, { outcome: Outcome; patch: string; warned: string[] }]>([
    [
      'hands over a submission as it was captured',
      SUBMITTED,
      { saved: 'old' },
      { outcome: SUBMITTED, patch: 'new', warned: [] },
    ],
    [
      'hands over the patch so far otherwise',
      { kind: 'timed_out' },
      { saved: 'old' },
      { outcome: { kind: 'timed_out' }, patch: 'old', warned: [] },
    ],
    [
      'fails a submission that cannot be captured',
      SUBMITTED,
      { captured: FAILURE },
      { outcome: FAILED, patch: 'older', warned: ['patch_not_captured'] },
    ],
    [
      'ends a slice with a checkpoint',
      { kind: 'checkpointed' },
      {},
      { outcome: { kind: 'checkpointed' }, patch: 'new', warned: ['slice_ended'] },
    ],
    [
      'hands nothing over in safe mode',
      { kind: 'safe_mode', message: 'x' },
      {},
      { outcome: { kind: 'safe_mode', message: 'x' }, patch: '', warned: ['safe_mode'] },
    ],
    [
      'hands nothing unsafe over',
      SUBMITTED,
      { captured: 'root' },
      { outcome: UNSAFE, patch: '', warned: ['safe_mode'] },
    ],
    [
      'hands no slice over that is unsafe',
      { kind: 'checkpointed' },
      { captured: 'root' },
      { outcome: UNSAFE, patch: '', warned: ['safe_mode'] },
    ],
    [
      'hands nothing unsafe over where only an earlier capture is left',
      { kind: 'cancelled' },
      { captured: FAILURE, saved: 'root' },
      { outcome: UNSAFE, patch: '', warned: ['patch_not_captured', 'safe_mode'] },
    ],
  ])('%s', async (_claim, outcome, world, ended) => {
    expect(await end(outcome, world)).toEqual(ended);
  });

  it('is no slice without a checkpoint to go on from', async () => {
    const { outcome } = await end({ kind: 'checkpointed' }, { isSaved: false });
    expect(outcome).toMatchObject({ kind: 'failed', code: 'budget_exceeded' });
  });
});
