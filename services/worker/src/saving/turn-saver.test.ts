import type { ArtifactName, Checkpoint, JobResult, Plan, SignedCheckpoint } from '@drydock/contracts';
import type { StateCapture } from '@drydock/core';
import { DrydockError, NO_USAGE } from '@drydock/core';
import { describe, expect, it } from 'vitest';
import { Attempt } from '../attempt/attempt.ts';
import { Disclosure } from '../gate/disclosure.ts';
import { AttemptLog } from '../attempt/attempt-log.ts';
import { MaskedLines } from '../gate/masked-lines.ts';
import { Redactor } from '../gate/redactor.ts';
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
  /** What a capture takes. */
  readonly captureMs?: number;
  readonly wrote: boolean;
  readonly fingerprint: string;
  readonly plan?: Plan;
  readonly tooLarge?: boolean;
  readonly captureFails?: boolean;
  readonly isReverted?: boolean;
}

const REDACTOR = new Redactor([{ name: 'KEY', value: 'canary-0123456789' }]);

/** A saver over a sandbox whose patch is its fingerprint, and what it did. */
function setUp(older?: { patchBytes: number }) {
  let safeMode: string | undefined;
  let world: World = { wrote: false, fingerprint: 'a' };
  const done: string[] = [];
  const signedCheckpoints: (SignedCheckpoint | undefined)[] = [];
  let now = 1_000_000;
  let shown: Disclosure | undefined;
  const kept: Partial<Record<ArtifactName, string>> = {};
  const attempt = {
    job: { id: 'job_1', artifacts: older === undefined ? {} : { 'patch.diff': 'older' } },
    artifacts: {} as Partial<Record<ArtifactName, string>>,
    checkpoint: undefined as unknown,
    log: new AttemptLog(),
    conversation: {
      isBegun: true,
      toJsonLines: () => new TextEncoder().encode('said canary-0123456789\n'),
      toReadableLines: () => new TextEncoder().encode('said canary-0123456789\n'),
    },
    get disclosure() {
      const { conversation, events, log } = attempt;
      shown ??= new Disclosure({
        conversation: { ...conversation, lineCount: 0, linesFrom: () => [] },
        events,
        log,
        artifacts: {},
      });
      return shown;
    },
    events: {
      emit: (event: { type: string }) => done.push(event.type),
      hold: () => done.push('hold'),
      release: () => done.push('release'),
      withhold: (note: string) => done.push(`withhold ${note}`),
    },
    warnOnce: ({ code }: { code: string }) => done.push(code),
    keep: async (name: ArtifactName, bytes: Uint8Array) => {
      kept[name] = new TextDecoder().decode(bytes);
      attempt.artifacts[name] = `digest of ${kept[name]}`;
    },
    record: async ({ patch_bytes }: JobResult, signed?: SignedCheckpoint) => {
      done.push(`recorded ${patch_bytes}`);
      signedCheckpoints.push(signed);
    },
    lease: { fence: 3 },
    budget: { turns: 2, usage: NO_USAGE },
    resumePoint: undefined as unknown,
    redactor: REDACTOR,
    maskedTranscript: new MaskedLines(REDACTOR),
    keepTranscript: () => Attempt.prototype.keepTranscript.call(attempt),
    isPatchSoFar: (diff: Uint8Array) => Attempt.prototype.isPatchSoFar.call(attempt, diff),
    findOlderPatch: async () => ({ diff: Buffer.alloc(older?.patchBytes ?? 0), leftOut: [] }),
    deps: {
      seal: { sign: (checkpoint: Checkpoint) => ({ checkpoint, signature: 'signed' }) },
      clock: { now: () => now },
      log: { warn: (event: string) => done.push(event) },
      artifacts: {
        put: async (bytes: Uint8Array) => `digest of ${new TextDecoder().decode(bytes)}`,
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
    onWords: async () => undefined,
    onPatch: async (diff) => {
      done.push(`screen ${diff.byteLength}`);
      if (Buffer.from(diff).includes('root')) safeMode = 'It is unsafe.';
    },
    attempt: attempt as unknown as Attempt,
    sandbox: {
      fingerprintWorkspace: async () => world.fingerprint,
      captureState: async ({ commands, keep }: StateCapture) => {
        done.push(`capture ${commands}`);
        now += world.captureMs ?? 0;
        if (world.captureFails === true) throw new DrydockError('patch_rejected');
        await keep(
          (async function* () {
            yield Buffer.from('tar');
          })(),
        );
        return { diff: Buffer.from(world.isReverted ? '' : world.fingerprint), leftOut: [] };
      },
    },
    toolbox: {
      get plan() {
        return world.plan ?? null;
      },
      stage: 'running',
      get safeMode() {
        return safeMode;
      },
      submission: undefined,
      takeMayHaveWritten: () => world.wrote,
    },
    layer: { key: 'layer', baseSha: 'sha' },
    toResult: (patchBytes) => ({ ...RESULT, patch_bytes: patchBytes }),
  });
  const turn = async (next: Partial<World>) => {
    world = { ...world, ...next };
    done.length = 0;
    await saver.save(AbortSignal.timeout(1_000));
    return [...done];
  };
  return { saver, turn, kept, attempt, signedCheckpoints, pass: (ms: number) => (now += ms) };
}

describe('the end of a turn', () => {
  it('saves the transcript always, masked, and an empty patch where there never was another', async () => {
    const { turn, kept } = setUp();
    expect(await turn({})).toEqual(['recorded 0']);
    expect(kept).toEqual({ 'transcript.jsonl': 'said [secret:KEY]\n', 'patch.diff': '' });
  });

  it('signs nothing before the task was said: whoever went on from there would not know it', async () => {
    const { turn, attempt, signedCheckpoints } = setUp();
    attempt.conversation.isBegun = false;
    await turn({});
    attempt.conversation.isBegun = true;
    await turn({});
    expect(signedCheckpoints.map((signed) => signed !== undefined)).toEqual([false, true]);
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
      'screen 2',
      'checkpoint.saved',
      'recorded 2',
    ]);
    expect(kept['patch.diff']).toBe('bb');
    expect(await turn({})).toEqual(['recorded 2']);
    expect(await turn({ fingerprint: 'ccc' })).toEqual([
      'capture pause',
      'screen 3',
      'checkpoint.saved',
      'recorded 3',
    ]);
    expect(await turn({ fingerprint: 'dddd', wrote: false })).toEqual(['recorded 3']);
  });

  it('rests after a capture for four times as long, forgets nothing meanwhile, and the end does not wait', async () => {
    const { saver, turn, pass } = setUp();
    const captured = (bytes: number) => [
      'capture pause',
      `screen ${bytes}`,
      'checkpoint.saved',
      `recorded ${bytes}`,
    ];
    expect(await turn({ wrote: true, fingerprint: 'bb', captureMs: 1_000 })).toEqual(captured(2));
    pass(3_999);
    expect(await turn({ fingerprint: 'ccc' })).toEqual(['recorded 2']);
    pass(1);
    expect(await turn({ wrote: false })).toEqual(captured(3));
    await turn({ wrote: true, fingerprint: 'dddd' });
    expect((await saver.saveEnd(AbortSignal.timeout(1_000))).diff).toEqual(Buffer.from('dddd'));
  });

  it('saves plan and log as they come', async () => {
    const { turn, kept, attempt } = setUp();
    attempt.log.append('$ ls');
    await turn({ plan: { steps: ['look'], files: [], checks: [], risks: [], assumptions: [] } });
    expect(kept['log.txt']).toBe('$ ls\n');
    expect(kept['plan.json']).toContain('look');
  });

  it('keeps no checkpoint that is too large, and says so; the patch stays', async () => {
    const { turn, kept, attempt } = setUp();
    expect(await turn({ wrote: true, fingerprint: 'bb', tooLarge: true })).toEqual([
      'capture pause',
      'checkpoint_not_saved',
      'screen 2',
      'recorded 2',
    ]);
    expect(attempt.checkpoint).toBeUndefined();
    expect(kept['patch.diff']).toBe('bb');
  });

  it('signs what can be gone on from: workspace and conversation of one moment', async () => {
    const { turn, signedCheckpoints } = setUp();
    await turn({ wrote: true, fingerprint: 'bb' });
    expect(signedCheckpoints).toEqual([
      {
        checkpoint: {
          jobId: 'job_1',
          fence: 3,
          savedAt: '1970-01-01T00:16:40.000Z',
          base: { layer: 'layer', sha: 'sha' },
          workspace: 'd',
          transcript: 'digest of said canary-0123456789\n',
          stage: 'running',
          plan: null,
          submission: null,
          turns: 2,
          usage: NO_USAGE,
        },
        signature: 'signed',
      },
    ]);
  });

  it('signs nothing where the workspace is too large to save: what was signed before stands', async () => {
    const { turn, saver, signedCheckpoints } = setUp();
    await turn({ wrote: true, fingerprint: 'bb', tooLarge: true });
    await turn({ wrote: false });
    expect([signedCheckpoints, saver.isSaved]).toEqual([[undefined, undefined], false]);
  });

  it('keeps the older patch where the attempt began at the base and has done nothing', async () => {
    const { turn, kept } = setUp({ patchBytes: 7 });
    expect((await turn({ wrote: true, isReverted: true })).at(-1)).toBe('recorded 7');
    expect(kept['patch.diff']).toHaveLength(7);
  });

  it('keeps an empty patch where the attempt went on and took its changes back', async () => {
    const { turn, kept, attempt } = setUp({ patchBytes: 7 });
    attempt.resumePoint = {};
    expect((await turn({ wrote: true, isReverted: true })).at(-1)).toBe('recorded 0');
    expect(kept['patch.diff']).toBe('');
  });

  it('that cannot be saved does not end the attempt, and the next one is tried again', async () => {
    const { turn } = setUp();
    expect(await turn({ wrote: true, captureFails: true })).toEqual(['capture pause', 'turn.not_saved']);
    expect(await turn({ wrote: false, captureFails: false })).toEqual([
      'capture pause',
      'screen 1',
      'checkpoint.saved',
      'recorded 1',
    ]);
  });
});

describe('the end of a turn that waits for a look', () => {
  it('is looked at before anything of it is kept or shown, however short ago the last look was', async () => {
    const { turn, kept, attempt } = setUp();
    attempt.disclosure.hold();
    const looked = ['capture pause', 'screen 1', 'checkpoint.saved', 'release', 'recorded 1'];
    expect(await turn({ wrote: true, captureMs: 10_000 })).toEqual(looked);
    expect(await turn({ fingerprint: 'b' })).toEqual(looked);
    expect(kept).toMatchObject({ 'patch.diff': 'b', 'transcript.jsonl': 'said [secret:KEY]\n' });
  });

  it('keeps, records and shows nothing of what is unsafe', async () => {
    const { turn, kept, attempt, saver } = setUp();
    attempt.disclosure.hold();
    expect(await turn({ wrote: true, fingerprint: 'root' })).toEqual(['capture pause', 'screen 4']);
    await saver.saveEnd(AbortSignal.timeout(1_000));
    await saver.saveAll(AbortSignal.timeout(1_000));
    await saver.record();
    expect(kept).toEqual({});
    expect(attempt.checkpoint).toBeUndefined();
  });

  it('shows nothing where it cannot look', async () => {
    const { turn, kept, attempt } = setUp();
    attempt.disclosure.hold();
    expect(await turn({ wrote: true, captureFails: true })).toEqual(['capture pause', 'turn.not_saved']);
    expect(kept).toEqual({});
  });
});
