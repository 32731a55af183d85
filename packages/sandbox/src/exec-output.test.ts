import type { CommandEnd, ExecRequest } from '@drydock/core';
import { describe, expect, it } from 'vitest';
import { ExecOutput } from './exec-output.ts';

const END = { exitCode: 0, signal: null, timedOut: false, durationMs: 5, totalBytes: 3 };

function setUp(more: Partial<ExecRequest> = {}) {
  const seen: string[] = [];
  const ends: CommandEnd[] = [];
  let now = 0;
  const output = new ExecOutput(
    {
      cmd: 'true',
      workdir: '.',
      timeoutMs: 1_000,
      maxOutputBytes: 8,
      onOutput: (text) => seen.push(text),
      onEnded: (end) => ends.push(end),
      ...more,
    },
    () => now,
  );
  const say = (text: string): void => output.onOutput(Buffer.from(text));
  return { output, say, seen, ends, pass: (ms: number) => (now += ms) };
}

describe('ExecOutput', () => {
  it('passes on no more than was asked for, whatever a tool host sends', () => {
    const { say, seen } = setUp();
    for (let turn = 0; turn < 1_000; turn += 1) say('abc');
    expect(seen.join('')).toBe('abca');
  });

  it('passes on more than it keeps, where more is asked for', () => {
    const { output, say, seen } = setUp({ maxStreamBytes: 6 });
    say('abcdefgh');
    expect(seen.join('')).toBe('abcdef');
    expect(output.toKilled({ how: 'ended', output: 'unseen' }).head).toBe('abcd');
  });

  it('puts a character together that came in two parts', () => {
    const { output, seen } = setUp();
    const euro = Buffer.from('€');
    output.onOutput(euro.subarray(0, 1));
    output.onOutput(euro.subarray(1));
    expect(seen.join('')).toBe('€');
  });

  it('tells its end once', () => {
    const { output, ends } = setUp();
    output.onEnded(END);
    output.onEnded(undefined);
    output.toKilled({ how: 'ended', output: 'seen' });
    expect(ends).toEqual([END]);
  });

  it.each([
    ['ended', 'unseen', 'said', 'was killed, and all'],
    ['silent', 'seen', '', 'was stopped and did not answer'],
  ] as const)('of a tool host that %s says so after what was %s', (how, output, head, words) => {
    const killed = setUp();
    killed.say('said');
    killed.pass(1_000);
    const end = { exitCode: null, signal: 'SIGKILL', timedOut: true, durationMs: 1_000, totalBytes: 4 };
    const tail = expect.stringContaining(words) as string;
    expect(killed.output.toKilled({ how, output })).toEqual({ ...end, head, tail, omittedBytes: 0 });
    expect(killed.ends).toEqual([end]);
  });

  it('never says that less than nothing was left out', () => {
    const { output } = setUp();
    const data = { head: Buffer.from('abc').toString('base64'), tail: '' };
    const told = { type: 'exited' as const, id: 1, body: { ...END, ...data, totalBytes: 0, totalLines: 1 } };
    expect(output.toResult(told, 0)).toEqual({
      ...END,
      totalBytes: 0,
      totalLines: 1,
      head: 'abc',
      tail: '',
      omittedBytes: 0,
    });
  });
});
