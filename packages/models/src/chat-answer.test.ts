import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { ChatAnswer } from './chat-answer.ts';
import { UNKNOWN_MODEL } from './models-file.ts';
import type { WireCall } from './wire.ts';

const CALL: WireCall = {
  request: {
    model: 'm',
    instructions: '',
    transcript: [],
    tools: [
      {
        form: 'freeform',
        name: 'apply_patch',
        description: 'Edits.',
        grammar: { syntax: 'lark', definition: 'start: "x"' },
      },
    ],
    maxOutputTokens: 16,
    cacheKey: 'job',
  },
  capabilities: UNKNOWN_MODEL,
};

const delta = (part: object) => ({ choices: [{ index: 0, delta: part, finish_reason: null }] });
const calls = (...parts: readonly object[]) => delta({ tool_calls: parts });
const end = (finish_reason: string) => ({ choices: [{ index: 0, delta: {}, finish_reason }] });

function assemble(chunks: readonly unknown[], call = CALL) {
  const answer = new ChatAnswer();
  for (const chunk of chunks) answer.take(chunk);
  return answer.toTurn(call);
}

const shown = (chunks: readonly unknown[]) =>
  assemble(chunks).toolCalls.map(({ callId, name, input }) => [callId, name, input]);

describe('a chat answer', () => {
  test('has text, calls, reasoning and usage of its chunks', () => {
    const usage = {
      prompt_tokens: 100,
      completion_tokens: 20,
      prompt_tokens_details: { cached_tokens: 80 },
      completion_tokens_details: { reasoning_tokens: 5 },
    };
    const patch = { index: 1, id: 'c2', function: { name: 'apply_patch', arguments: '{"input":"*** x"}' } };
    const turn = assemble([
      delta({ role: 'assistant', content: '' }),
      delta({ reasoning_content: 'look ' }),
      delta({ reasoning_content: 'first' }),
      delta({ content: 'Look' }),
      delta({ content: 'ing.' }),
      calls({ index: 0, id: 'c1', type: 'function', function: { name: 'exec_command', arguments: '' } }),
      calls({ index: 0, function: { arguments: '{"cmd":' } }),
      calls({ index: 0, function: { arguments: '"ls"}' } }, patch),
      end('tool_calls'),
      { choices: [], usage },
    ]);
    const exec = { callId: 'c1', name: 'exec_command', input: '{"cmd":"ls"}', form: 'function' };
    const edit = { callId: 'c2', name: 'apply_patch', input: '*** x', form: 'freeform' };
    expect(turn).toEqual({
      items: [
        { type: 'reasoning', id: '', summary: [], content: ['look first'] },
        { type: 'message', role: 'assistant', text: 'Looking.' },
        { type: 'tool_call', call: exec },
        { type: 'tool_call', call: edit },
      ],
      text: 'Looking.',
      toolCalls: [exec, edit],
      status: 'completed',
      usage: { input_tokens: 100, cached_input_tokens: 80, output_tokens: 20, reasoning_tokens: 5 },
    });
  });

  test('has custom calls as freeform', () => {
    const { toolCalls } = assemble([
      calls({ index: 0, id: 'c1', type: 'custom', custom: { name: 'apply_patch', input: '***' } }),
      calls({ index: 0, custom: { input: ' x' } }),
      end('tool_calls'),
    ]);
    expect(toolCalls).toEqual([{ callId: 'c1', name: 'apply_patch', input: '*** x', form: 'freeform' }]);
  });

  test.each([
    ['stop', { status: 'completed' }],
    ['tool_calls', { status: 'completed' }],
    ['some_new_reason', { status: 'completed' }],
    ['length', { status: 'incomplete', cause: 'max_output_tokens' }],
    ['content_filter', { status: 'refused', cause: 'content_filter' }],
  ])('that ends with %s is %o', (reason, expected) => {
    const { status, cause } = assemble([delta({ content: 'x' }), end(reason)]);
    expect({ status, ...(cause === undefined ? {} : { cause }) }).toEqual(expected);
  });

  test('with a refusal is refused, with its words as text', () => {
    const turn = assemble([delta({ refusal: 'I ' }), delta({ refusal: 'cannot.' }), end('stop')]);
    expect(turn).toMatchObject({ status: 'refused', cause: 'refusal', text: 'I cannot.' });
  });

  test('that was cut loses the call it was cut in, and no other', () => {
    const one = { index: 0, id: 'c1', function: { name: 'a', arguments: '{}' } };
    const cut = { index: 1, id: 'c2', function: { name: 'a', arguments: '{"x' } };
    expect(shown([calls(one, cut), end('length')])).toEqual([['c1', 'a', '{}']]);
  });

  test('is not finished before its reason, and needs no usage', () => {
    const answer = new ChatAnswer();
    answer.take(delta({ content: 'x' }));
    expect(answer.isFinished).toBe(false);
    answer.take(end('stop'));
    expect(answer.isFinished).toBe(true);
    expect(answer.toTurn(CALL)).not.toHaveProperty('usage');
  });

  test.each([
    ['null', null],
    ['a list', []],
    ['choices that are none', { choices: 7 }],
    ['text that is none', delta({ content: 7 })],
    ['a usage below nothing', { choices: [], usage: { prompt_tokens: -1, completion_tokens: 0 } }],
    ['an endless index', calls({ index: 1e9, id: 'c', function: { name: 'a', arguments: '' } })],
    ['a storm of calls', calls(...Array.from({ length: 65 }, (_, index) => ({ index, id: `c${index}` })))],
  ])('of which a chunk is %s is a model_bad_answer', (_what, chunk) => {
    expect(() => assemble([chunk, end('stop')])).toThrow(
      expect.objectContaining({ code: 'model_bad_answer' }),
    );
  });

  test('with a call that has no name is a model_bad_answer', () => {
    expect(() => assemble([calls({ index: 0, id: 'c1' }), end('stop')])).toThrow(
      expect.objectContaining({ code: 'model_bad_answer' }),
    );
  });
});

describe('calls of sloppy servers', () => {
  const part = (name: string | undefined, args: string) => ({ function: { name, arguments: args } });
  const both = [
    ['c1', 'a', '{"x":1}'],
    ['c2', 'b', '{"y":2}'],
  ];

  test.each([
    [
      'without an index',
      [{ id: 'c1', ...part('a', '{"x"') }, part(undefined, ':1}'), { id: 'c2', ...part('b', '{"y":2}') }],
    ],
    [
      'all of one index',
      [
        { index: 0, id: 'c1', ...part('a', '{"x":1}') },
        { index: 0, id: 'c2', ...part('b', '{"y":2}') },
      ],
    ],
    [
      'with id and name in every delta',
      [
        { index: 0, id: 'c1', ...part('a', '{"x"') },
        { index: 0, id: 'c1', ...part('a', ':1}') },
        { index: 1, id: 'c2', ...part('b', '{"y":2}') },
      ],
    ],
    [
      'with an id made up for every delta',
      [
        { index: 0, id: 'c1', ...part('a', '{"x"') },
        { index: 0, id: 'zz', ...part(undefined, ':1}') },
        { index: 1, id: 'c2', ...part('b', '{"y":2}') },
      ],
    ],
    [
      'with arguments that are objects',
      [
        { index: 0, id: 'c1', function: { name: 'a', arguments: { x: 1 } } },
        { index: 1, id: 'c2', function: { name: 'b', arguments: { y: 2 } } },
      ],
    ],
    [
      'out of order',
      [
        { index: 1, id: 'c2', ...part('b', '{"y":2}') },
        { index: 0, id: 'c1', ...part('a', '{"x":1}') },
      ],
    ],
  ])('%s are told apart', (_what, parts) => {
    expect(shown([...parts.map((one) => calls(one)), end('tool_calls')])).toEqual(both);
  });

  test('without ids get some, and of one id get two', () => {
    const anonymous = [0, 1].map((index) => ({ index, ...part('a', `{"x":${index}}`) }));
    expect(shown([calls(...anonymous), end('stop')]).map(([id]) => id)).toEqual([
      'call_repaired_0_0',
      'call_repaired_0_1',
    ]);
    const twins = anonymous.map((one) => ({ ...one, id: 'same' }));
    expect(shown([calls(...twins), end('stop')]).map(([id]) => id)).toEqual(['same', 'call_repaired_0_1']);
  });
});

/** One text in pieces, at any places. */
const pieces = (text: string) =>
  fc.array(fc.nat(text.length), { maxLength: 6 }).map((cuts) => {
    const at = [0, ...cuts.toSorted((a, b) => a - b), text.length];
    return at.slice(1).map((to, index) => text.slice(at[index], to));
  });

const Turn = fc.record({
  content: fc.string({ maxLength: 40 }),
  reasoning: fc.string({ maxLength: 20 }),
  calls: fc.array(
    fc.record({ name: fc.constantFrom('a', 'b', 'apply_patch'), args: fc.string({ maxLength: 30 }) }),
    {
      maxLength: 4,
    },
  ),
});

test('any chunking of an answer, with its calls interleaved in any way, is the same turn', () => {
  const chunked = Turn.chain((turn) => {
    const lanes = [
      pieces(turn.content).map((parts) => parts.map((content) => delta({ content }))),
      pieces(turn.reasoning).map((parts) => parts.map((text) => delta({ reasoning_content: text }))),
      ...turn.calls.map(({ name, args }, index) =>
        pieces(args).map((parts) => [
          calls({ index, id: `c${index}`, type: 'function', function: { name, arguments: '' } }),
          ...parts.map((text) => calls({ index, function: { arguments: text } })),
        ]),
      ),
    ];
    return fc.record({
      turn: fc.constant(turn),
      lanes: fc.tuple(...lanes),
      order: fc.array(fc.nat(100), { maxLength: 60 }),
    });
  });
  fc.assert(
    fc.property(chunked, ({ turn, lanes, order }) => {
      const whole = [
        delta({ content: turn.content, reasoning_content: turn.reasoning }),
        calls(
          ...turn.calls.map(({ name, args }, index) => ({
            index,
            id: `c${index}`,
            function: { name, arguments: args },
          })),
        ),
        end('stop'),
      ];
      expect(assemble([...interleave(lanes, order), end('stop')])).toEqual(assemble(whole));
    }),
  );
});

/** Takes from the lanes in an order of its own, and in every lane from the front. */
function interleave(lanes: readonly (readonly object[])[], order: readonly number[]): object[] {
  const left = lanes.map((lane) => [...lane]);
  const taken: object[] = [];
  for (const choice of order) {
    const open = left.filter((lane) => lane.length > 0);
    const next = open[choice % Math.max(1, open.length)]?.shift();
    if (next !== undefined) taken.push(next);
  }
  return [...taken, ...left.flat()];
}
