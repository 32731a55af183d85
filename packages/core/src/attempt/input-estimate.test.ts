import type { TranscriptItem } from '@drydock/contracts';
import { expect, test } from 'vitest';
import { InputEstimate } from './input-estimate.ts';

const user = (text: string): TranscriptItem => ({ type: 'message', role: 'user', text });
const assistant = (text: string): TranscriptItem => ({ type: 'message', role: 'assistant', text });
const request = (...transcript: readonly TranscriptItem[]) => ({
  instructions: 'Be exact.',
  tools: [],
  transcript,
});
const USAGE = { input_tokens: 1_000, cached_input_tokens: 900, output_tokens: 100, reasoning_tokens: 50 };
const SENT = user('x'.repeat(300));

test('the first call is counted by its bytes', () => {
  const tokens = new InputEstimate().next(request(SENT));
  expect(tokens).toBeGreaterThan(100);
  expect(tokens).toBeLessThan(150);
});

test('a later call is what the server counted, and what came since', () => {
  const estimate = new InputEstimate();
  estimate.learn(request(SENT), USAGE);
  const said = assistant('y'.repeat(3_000));
  expect(estimate.next(request(SENT, said))).toBe(1_100);
  const fresh = estimate.next(request(SENT, said, user('z'.repeat(300))));
  expect(fresh).toBeGreaterThan(1_200);
  expect(fresh).toBeLessThan(1_250);
});

test('a transcript that does not go on from the last call is counted anew', () => {
  const estimate = new InputEstimate();
  estimate.learn(request(SENT, user('old')), USAGE);
  expect(estimate.next(request(user('summary')))).toBeLessThan(100);
});
