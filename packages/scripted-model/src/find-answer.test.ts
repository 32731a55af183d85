import { describe, expect, test } from 'vitest';
import { findAnswer } from './find-answer.ts';
import { Transcript } from './transcript.ts';
import { parseWireRequest } from './wire-request.ts';
import type { WireRequest } from './wire-request.ts';

const TRANSCRIPT = Transcript.parse({
  name: 'demo',
  steps: [
    { reply: [{ text: 'Let me think.' }] },
    { expect: { tools_include: ['exec_command'] }, reply: [{ call: 'exec_command', args: { cmd: 'ls' } }] },
    {
      expect: { last_output_contains: ['src'] },
      branches: [
        { when: { last_output_contains: ['test'] }, reply: [{ text: 'There are tests.' }] },
        { when: { last_output_contains: ['docs', 'README'] }, reply: [{ text: 'There are documents.' }] },
      ],
    },
    { reply: [{ call: 'submit', args: { summary: 'Done.' } }] },
  ],
});

const USER = { role: 'user', content: 'go' };
const SAID = { role: 'assistant', content: 'Let me think.' };
const CALL = { type: 'function_call', call_id: 'call_demo_1_0', name: 'exec_command', arguments: '{}' };
const output = (text: string) => ({ type: 'function_call_output', call_id: 'call_demo_1_0', output: text });

function request(input: readonly object[], tools: readonly string[] = ['exec_command']): WireRequest {
  const offered = tools.map((name) => ({ type: 'function', name, parameters: null }));
  const parsed = parseWireRequest(JSON.stringify({ model: 'scripted/demo', input, tools: offered }));
  if ('status' in parsed) throw new Error(parsed.message);
  return parsed;
}

const answerTo = (...input: readonly object[]) => findAnswer(TRANSCRIPT, request(input));

describe('the step', () => {
  test.each([
    ['nothing said yet', 0, [USER]],
    ['an answer of words only', 1, [USER, SAID, USER]],
    ['words and reasoning in one turn', 1, [USER, { type: 'reasoning', id: 'rs', summary: [] }, SAID, USER]],
    ['a scripted call', 2, [USER, SAID, USER, CALL, output('src test')]],
    ['a scripted call after lost history', 2, [CALL, output('src test')]],
    [
      'a summary in the place of what was said',
      3,
      [USER, { role: 'user', content: 'All is well. [scripted step 3]' }],
    ],
    ['words after a call', 3, [CALL, output('src'), SAID, USER]],
  ])('after %s is %i', (_what, step, input) => {
    expect(answerTo(...input)).toMatchObject({ step });
  });

  test('does not count calls of another transcript as its own', () => {
    const foreign = [
      { ...CALL, call_id: 'call_other_7_0' },
      { ...output('src'), call_id: 'call_other_7_0' },
    ];
    expect(answerTo(USER, ...foreign)).toMatchObject({ step: 1 });
  });

  test('is the same for outputs that stand between the calls of one turn', () => {
    const second = { ...CALL, call_id: 'call_demo_1_1' };
    const input = [CALL, output('src'), second, { ...output('test'), call_id: 'call_demo_1_1' }];
    expect(answerTo(...input)).toMatchObject({ step: 2, answer: { reply: [{ text: 'There are tests.' }] } });
  });
});

describe('what was said since the last turn', () => {
  const heard = Transcript.parse({
    name: 'demo',
    steps: [
      { reply: [{ text: 'Hm.' }] },
      { expect: { said_contains: ['smaller'] }, reply: [{ text: 'Smaller, then.' }] },
    ],
  });
  const answer = (...input: readonly object[]) => findAnswer(heard, request(input));
  const smaller = { role: 'user', content: 'make it smaller' };

  test('has to contain what a step expects', () => {
    expect(answer(USER, SAID, smaller)).toMatchObject({ step: 1 });
    expect(answer(smaller, SAID, USER)).toMatchObject({ code: 'transcript_departed' });
  });
});

describe('a branch', () => {
  test.each([
    ['src test docs README', 'There are tests.'],
    ['src docs README', 'There are documents.'],
  ])('for the output "%s" says "%s"', (text, said) => {
    expect(answerTo(CALL, output(text))).toMatchObject({ answer: { reply: [{ text: said }] } });
  });
});

describe('a departure', () => {
  test.each([
    [
      'a tool that is not offered',
      request([USER, SAID, USER], ['submit']),
      'at step 2 of 4: expected the tool exec_command to be offered, but got submit.',
    ],
    [
      'an output without what was expected',
      request([CALL, output('no such directory')]),
      'at step 3 of 4: expected the last output to contain "src", but it was "no such directory"',
    ],
    [
      'no branch that fits',
      request([CALL, output('src')]),
      'at step 3 of 4: no branch fits, but it was "src"',
    ],
    [
      'more turns than steps',
      request([
        { ...CALL, call_id: 'call_demo_3_0' },
        { ...output('ok'), call_id: 'call_demo_3_0' },
      ]),
      'at step 5 of 4: the transcript has ended.',
    ],
    ['nothing new', request([USER, SAID]), 'at step 2 of 4: nothing was said after the last answer.'],
  ])('is %s, and says where and why', (_what, asked, why) => {
    expect(findAnswer(TRANSCRIPT, asked)).toEqual({
      status: 422,
      code: 'transcript_departed',
      message: `The conversation departed from scripted/demo ${why}`,
    });
  });

  test('quotes the end of a long output', () => {
    const departed = answerTo(CALL, output(`${'x'.repeat(5_000)}the reason`));
    expect(departed).toMatchObject({ message: expect.stringMatching(/"…x{590}the reason"$/) as string });
  });
});
