import type { TranscriptItem } from '@drydock/contracts';
import { describe, expect, it } from 'vitest';
import { dropOlderHalf, shorten } from './shorten.ts';

const says = (role: 'developer' | 'user' | 'assistant', text: string): TranscriptItem => ({
  type: 'message',
  role,
  text,
});
const call = (callId: string): TranscriptItem => ({
  type: 'tool_call',
  call: { callId, name: 'exec_command', input: '{}', form: 'function' },
});
const output = (callId: string): TranscriptItem => ({
  type: 'tool_output',
  callId,
  form: 'function',
  output: 'ok',
});
const opening = [says('developer', 'plan first'), says('user', 'mend it')];

describe('shorten', () => {
  const base = {
    opening,
    record: 'Plan:\n- [x] look',
    stage: 'running' as const,
    pinned: new Set(['the task']),
  };

  it('keeps the opening, what people said, the record and the summary, in this order', () => {
    const rest = [says('assistant', 'hm'), call('1'), output('1'), says('user', 'and the tests'), call('2')];
    expect(shorten({ ...base, rest, summary: 'Half done.' })).toEqual([
      ...opening,
      says('user', 'and the tests'),
      says('user', expect.stringContaining('execution stage') as unknown as string),
      says('user', '<summary_of_your_work>\nHalf done.\n</summary_of_your_work>'),
    ]);
  });

  it('puts the new summary in the place of the old one', () => {
    const first = shorten({ ...base, rest: [], summary: 'Old.' });
    const again = shorten({ ...base, rest: first.slice(opening.length), summary: 'New.' });
    expect(JSON.stringify(again)).not.toContain('Old.');
    expect(again).toHaveLength(first.length);
  });

  it('keeps what the job asks, however long and however long ago', () => {
    const task = says('developer', 'the task');
    const rest = [
      task,
      says('developer', 'a note'),
      ...Array.from({ length: 30 }, () => says('user', '.'.repeat(10_000))),
    ];
    const kept = shorten({ ...base, rest, summary: undefined }).slice(opening.length, -2);
    expect(kept).toEqual([task, ...rest.slice(-8)]);
  });

  it('keeps the newest words of people where all of them are too many', () => {
    const rest = Array.from({ length: 30 }, (_, at) => says('user', `${at}`.padEnd(10_000, '.')));
    const kept = shorten({ ...base, rest, summary: undefined }).slice(opening.length, -2);
    expect(kept).toEqual(rest.slice(-8));
  });
});

describe('dropOlderHalf', () => {
  it('leaves no call without an output, and no output without a call', () => {
    const rest = [call('1'), output('1'), call('2'), call('3'), output('2'), output('3'), says('user', 'go')];
    expect(dropOlderHalf([...opening, ...rest], opening.length)).toEqual([...opening, says('user', 'go')]);
    const whole = [call('1'), output('1'), call('2'), output('2')];
    expect(dropOlderHalf([...opening, ...whole], 2)).toEqual([...opening, call('2'), output('2')]);
  });
});
