import type { Observation } from '@drydock/contracts';
import { describe, expect, it } from 'vitest';
import { LoopWatch } from './loop-watch.ts';

const CALL = { name: 'exec_command', input: '{"cmd":"npm test"}' };
const ran = (exitCode: number | null, head = 'out'): Extract<Observation, { kind: 'command' }> => ({
  kind: 'command',
  exitCode,
  signal: null,
  timedOut: false,
  durationMs: 3,
  head,
  tail: '',
  omittedBytes: 0,
});
const times = (count: number, note: (at: number) => { kind: string }): string[] =>
  Array.from({ length: count }, (_, at) => note(at).kind);

describe('LoopWatch', () => {
  it('tells of a call that fails the third time in the same way, and is stuck with the sixth', () => {
    const watch = new LoopWatch();
    expect(times(6, () => watch.note(CALL, ran(1)))).toEqual([
      'fine',
      'fine',
      'repeated',
      'fine',
      'fine',
      'stuck',
    ]);
  });

  it('does not care about numbers in the output, nor what came in between', () => {
    const watch = new LoopWatch();
    const note = (at: number) => {
      watch.note({ name: 'exec_command', input: `{"cmd":"ls ${at}"}` }, ran(0, 'a.ts'));
      return watch.note(CALL, ran(1, `failed after ${at} ms`));
    };
    expect(times(3, note)).toEqual(['fine', 'fine', 'repeated']);
  });

  it('counts a refusal as a failure', () => {
    const watch = new LoopWatch();
    const refused: Observation = { kind: 'refused', reason: 'patch_mismatch', message: 'no such line' };
    expect(times(3, () => watch.note({ name: 'apply_patch', input: 'x' }, refused)).at(-1)).toBe('repeated');
  });

  it('bears more of what works, and all of what still runs', () => {
    const watch = new LoopWatch();
    expect(times(12, () => watch.note(CALL, ran(0))).filter((kind) => kind !== 'fine')).toEqual([
      'repeated',
      'stuck',
    ]);
    const running = { ...ran(null), sessionId: 1 };
    expect(new Set(times(40, () => watch.note(CALL, running)))).toEqual(new Set(['fine']));
  });

  it('forgets what was long ago', () => {
    const watch = new LoopWatch();
    const note = (at: number) => {
      for (let other = 0; other < 12; other += 1)
        watch.note({ name: 'exec_command', input: `${at}.${other}` }, ran(0));
      return watch.note(CALL, ran(1));
    };
    expect(new Set(times(10, note))).toEqual(new Set(['fine']));
  });
});
