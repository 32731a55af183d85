import { describe, expect, test } from 'vitest';
import { Transcript } from './transcript.ts';

const withStep = (step: object) => ({ name: 'demo', steps: [step] });

describe('Transcript', () => {
  test('takes the form of the contract and fills in what may be left out', () => {
    const written = withStep({
      expect: { last_output_contains: ['ok'], tools_include: ['submit'] },
      reply: [
        { text: 'Done.' },
        { call: 'submit', args: { summary: 'x' } },
        { call: 'apply_patch', input: 'y' },
      ],
      usage: { input_tokens: 10, output_tokens: 2 },
    });
    expect(Transcript.parse(written).steps[0]).toEqual({
      ...written.steps[0],
      usage: { input_tokens: 10, cached_input_tokens: 0, output_tokens: 2, reasoning_tokens: 0 },
      expect: { last_output_contains: ['ok'], said_contains: [], tools_include: ['submit'], returned: [] },
      delay_ms: 0,
      end: 'completed',
      failures: [],
    });
  });

  test('joins lines of input', () => {
    const { steps } = Transcript.parse(withStep({ reply: [{ call: 'apply_patch', input: ['a', 'b'] }] }));
    expect(steps[0]).toMatchObject({ reply: [{ input: 'a\nb' }] });
  });

  test.each([
    ['a name that is no part of a model name', { name: 'Fix It', steps: [{ reply: [{ text: 'x' }] }] }],
    ['no steps', { name: 'demo', steps: [] }],
    ['an empty reply', withStep({ reply: [] })],
    ['a misspelt expectation', withStep({ expect: { last_output_contain: ['x'] }, reply: [{ text: 'x' }] })],
    ['a call with both args and input', withStep({ reply: [{ call: 'x', args: {}, input: '' }] })],
    ['a call with neither', withStep({ reply: [{ call: 'x' }] })],
    ['a delay of more than a minute', withStep({ reply: [{ text: 'x' }], delay_ms: 60_001 })],
    ['a step with reply and branches', withStep({ reply: [{ text: 'x' }], branches: [] })],
  ])('refuses %s', (_what, written) => {
    expect(Transcript.safeParse(written).success).toBe(false);
  });
});
