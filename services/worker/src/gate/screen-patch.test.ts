import type { JobSpec, ScreeningFinding } from '@drydock/contracts';
import { describe, expect, it } from 'vitest';
import type { Attempt } from '../attempt/attempt.ts';
import { screenPatch, screenTurn } from './screen-patch.ts';

const found: ScreeningFinding = {
  rule: 'set_user_id',
  severity: 'high',
  path: 'a.sh',
  line: 3,
  message: 'Sets the bit.',
  excerpt: 'chmod u+s x',
};
const UNSCREENED: ScreeningFinding = {
  rule: 'unscreened',
  severity: 'high',
  path: '',
  line: 0,
  message: 'The change could not be screened to its end.',
  excerpt: '',
};
const UNSAFE = 'Sets the bit. (a.sh:3, rule set_user_id)';

interface World {
  readonly tier: JobSpec['tier'];
  readonly approval?: JobSpec['tool_use_approval'];
  readonly findings?: readonly ScreeningFinding[] | Error;
}

function setUp({ tier, approval = false, findings = [found] }: World) {
  let screened = 0;
  const attempt = {
    findings: [] as readonly ScreeningFinding[],
    job: { id: 'job_1', spec: { tier, tool_use_approval: approval } },
    deps: {
      policy: {
        screenPatch: async () => {
          screened += 1;
          if (findings instanceof Error) throw findings;
          return findings;
        },
      },
      log: { warn: () => undefined },
    },
  };
  return { attempt: attempt as unknown as Attempt, count: () => screened };
}

describe('screening a patch', () => {
  it.each<[string, World, readonly ScreeningFinding[], string | undefined]>([
    ['tells people of it in tier standard', { tier: 'standard' }, [found], undefined],
    ['hands nothing over in tier high', { tier: 'high' }, [found], UNSAFE],
    [
      'hands over what the caller granted',
      { tier: 'high', approval: { grants: [], privileged: true } },
      [found],
      undefined,
    ],
    [
      'hands over what is only worth a look',
      { tier: 'high', findings: [{ ...found, rule: 'secret' }] },
      [{ ...found, rule: 'secret' }],
      undefined,
    ],
    ['that fails is a finding', { tier: 'standard', findings: new Error('gone') }, [UNSCREENED], undefined],
    [
      'that fails hands nothing over in tier high',
      { tier: 'high', findings: new Error('gone') },
      [UNSCREENED],
      `${UNSCREENED.message} (:0, rule unscreened)`,
    ],
  ])('%s', async (_claim, world, findings, unsafe) => {
    const { attempt } = setUp(world);
    expect([await screenPatch(attempt, new Uint8Array()), attempt.findings]).toEqual([unsafe, findings]);
  });

  it.each<[string, World, string[], number]>([
    ['ends tier high at the turn that wrote it', { tier: 'high' }, [UNSAFE], 1],
    ['lets a harmless turn go on', { tier: 'high', findings: [] }, [], 1],
    ['waits for the end in tier standard', { tier: 'standard' }, [], 0],
  ])('%s', async (_claim, world, entered, times) => {
    const { attempt, count } = setUp(world);
    const reasons: string[] = [];
    const enterSafeMode = (reason: string) => {
      reasons.push(reason);
      return { kind: 'refused', observation: { kind: 'refused', reason: 'safe_mode', message: '' } } as const;
    };
    await screenTurn(attempt, { enterSafeMode }, new Uint8Array());
    expect([reasons, count()]).toEqual([entered, times]);
  });
});
