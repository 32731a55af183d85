import type { ArtifactName, JobResult, Plan } from '@drydock/contracts';
import type { StateCapture } from '@drydock/core';
import { DrydockError, NO_USAGE } from '@drydock/core';
import { describe, expect, it } from 'vitest';
import type { Attempt } from './attempt.ts';
import { AttemptLog } from './attempt-log.ts';
import { TurnSaver } from './turn-saver.ts';

const RESULT: JobResult = {
  verified: false,
  summary: null,
  plan: null,
  checks: null,
  patch_bytes: 0,
  usage: NO_USAGE,
  warnings: [],
};

interface World {
  readonly wrote: boolean;
  readonly fingerprint: string;
  readonly plan?: Plan;
  readonly tooLarge?: boolean;
  readonly captureFails?: boolean;
}

/** A saver over a sandbox whose patch is its fingerprint, and what it did. */
function setUp(older?: { patchBytes: number }) {
  let world: World = { wrote: false, fingerprint: 'a' };
  const done: string[] = [];
  const kept: Partial<Record<ArtifactName, string>> = {};
  const attempt = {
    lease: { jobId: 'job_1' },
    job: { artifacts: older === undefined ? {} : { 'patch.diff': 'older' } },
    artifacts: {},
    checkpoint: undefined as unknown,
    log: new AttemptLog(),
    conversation: { toJsonLines: () => new TextEncoder().encode('said\n') },
    events: { emit: (event: { type: string }) => done.push(event.type) },
    warnOnce: ({ code }: { code: string }) => done.push(code),
    keep: async (name: ArtifactName, bytes: Uint8Array) => {
      kept[name] = new TextDecoder().decode(bytes);
    },
    record: async ({ patch_bytes }: JobResult) => void done.push(`recorded ${patch_bytes}`),
    deps: {
      clock: { now: () => 1_000_000 },
      log: { warn: (event: string) => done.push(event) },
      artifacts: {
        size: async () => older?.patchBytes ?? 0,
        putStream: async (chunks: AsyncIterable<Uint8Array>) => {
          let bytes = 0;
          for await (const chunk of chunks) bytes += chunk.byteLength;
          if (world.tooLarge === true) throw new DrydockError('body_too_large');
          return { digest: 'd', bytes };
        },
      },
    },
  };
  const saver = new TurnSaver({
    attempt: attempt as unknown as Attempt,
    sandbox: {
      fingerprintWorkspace: async () => world.fingerprint,
      captureState: async ({ commands, keep }: StateCapture) => {
        done.push(`capture ${commands}`);
        if (world.captureFails === true) throw new DrydockError('patch_rejected');
        await keep(
          (async function* () {
            yield Buffer.from('tar');
          })(),
        );
        return { diff: Buffer.from(world.fingerprint), leftOut: [] };
      },
    },
    toolbox: {
      get plan() {
        return world.plan ?? null;
      },
      takeMayHaveWritten: () => world.wrote,
    },
    toResult: (patchBytes) => ({ ...RESULT, patch_bytes: patchBytes }),
  });
  const turn = async (next: Partial<World>) => {
    world = { ...world, ...next };
    done.length = 0;
    await saver.save(AbortSignal.timeout(1_000));
    return [...done];
  };
  return { saver, turn, kept, attempt };
}

describe('the end of a turn', () => {
  it('saves the transcript always, and an empty patch where there never was another', async () => {
    const { turn, kept } = setUp();
    expect(await turn({})).toEqual(['recorded 0']);
    expect(kept).toEqual({ 'transcript.jsonl': 'said\n', 'patch.diff': '' });
  });

  it('leaves the patch of an older attempt where it is', async () => {
    const { turn, kept } = setUp({ patchBytes: 7 });
    expect(await turn({})).toEqual(['recorded 7']);
    expect(kept['patch.diff']).toBeUndefined();
  });

  it('captures patch and checkpoint where the workspace changed, and not again where it did not', async () => {
    const { turn, kept } = setUp();
    expect(await turn({ wrote: true, fingerprint: 'bb' })).toEqual([
      'capture pause',
      'checkpoint.saved',
      'recorded 2',
    ]);
    expect(kept['patch.diff']).toBe('bb');
    expect(await turn({})).toEqual(['recorded 2']);
    expect(await turn({ fingerprint: 'ccc' })).toEqual(['capture pause', 'checkpoint.saved', 'recorded 3']);
    expect(await turn({ fingerprint: 'dddd', wrote: false })).toEqual(['recorded 3']);
  });

  it('saves plan and log as they come', async () => {
    const { turn, kept, attempt } = setUp();
    attempt.log.append('$ ls');
    await turn({ plan: { steps: ['look'], files: [], checks: [], risks: [] } });
    expect(kept['log.txt']).toBe('$ ls\n');
    expect(kept['plan.json']).toContain('look');
  });

  it('keeps no checkpoint that is too large, and says so; the patch stays', async () => {
    const { turn, kept, attempt } = setUp();
    expect(await turn({ wrote: true, fingerprint: 'bb', tooLarge: true })).toEqual([
      'capture pause',
      'checkpoint_not_saved',
      'recorded 2',
    ]);
    expect(attempt.checkpoint).toBeUndefined();
    expect(kept['patch.diff']).toBe('bb');
  });

  it('that cannot be saved does not end the attempt, and the next one is tried again', async () => {
    const { turn } = setUp();
    expect(await turn({ wrote: true, captureFails: true })).toEqual(['capture pause', 'turn.not_saved']);
    expect(await turn({ captureFails: false })).toEqual(['capture pause', 'checkpoint.saved', 'recorded 1']);
  });
});
