import type { TranscriptItem } from '@drydock/contracts';
import { describe, expect, it } from 'vitest';
import { findDivergence } from './find-divergence.ts';

const output = (text: string, callId = 'c1'): TranscriptItem => ({
  type: 'tool_output',
  callId,
  form: 'function',
  output: text,
});
const said = (text: string) => ({ type: 'message', role: 'user', text }) as const;

describe('findDivergence', () => {
  it.each([
    ['Wall time: 0.3 seconds', 'Wall time: 12.0 seconds'],
    ['ok 3 (1.2s)', 'ok 3 (950ms)'],
    ['Process running with session ID 1', 'Process running with session ID 7'],
    ['done  \n', 'done\n'],
  ])('takes %j and %j for the same', (recorded, now) => {
    expect(findDivergence([output(recorded)], [output(now)])).toEqual({ unsaid: [], divergence: undefined });
  });

  it('leaves white space out at the ends of lines only', () => {
    const same = (a: string, b: string) => findDivergence([output(a)], [output(b)]).divergence === undefined;
    expect([same('a \t\nb  ', 'a\nb'), same('a b', 'a  b'), same(' a', 'a')]).toEqual([true, false, false]);
  });

  it('shows both where an output differs, from a little before', () => {
    const lead = 'x'.repeat(500);
    const { divergence } = findDivergence([output(`${lead}pass`)], [output(`${lead}fail`)]);
    expect(divergence).toEqual({ expected: `${'x'.repeat(80)}pass`, got: `${'x'.repeat(80)}fail` });
  });

  it.each([
    ['an output that did not come', [output('a')], [], { expected: 'a', got: '(nothing)' }],
    ['an output that nobody recorded', [], [output('a')], { expected: '(nothing)', got: 'a' }],
    ['the output of another call', [output('a')], [output('b', 'c2')], { expected: 'a', got: 'b' }],
    ['words that nobody recorded', [], [said('hm')], { expected: '(nothing)', got: 'hm' }],
  ])('tells of %s', (_what, recorded, now, divergence) => {
    expect(findDivergence(recorded, now).divergence).toEqual(divergence);
  });

  it('gives what people said in the recording, so that it is said again', () => {
    const recorded = [output('a'), said('and the tests'), output('b', 'c2')];
    expect(findDivergence(recorded, [output('a'), output('b', 'c2')])).toEqual({
      unsaid: [said('and the tests')],
      divergence: undefined,
    });
  });
});
