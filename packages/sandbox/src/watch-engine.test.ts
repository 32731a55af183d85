import { expect, test } from 'vitest';
import { watchEngine } from './watch-engine.ts';

test('tells the beginning and the end of each outage once, and ends with its signal', async () => {
  const answers = ['yes', 'no', 'no', 'yes', 'yes', 'no', 'yes', 'no'];
  const told: string[] = [];
  const stop = new AbortController();
  const ping = async (): Promise<void> => {
    const answer = answers.shift();
    if (answer === undefined) stop.abort();
    if (answer === 'no') throw new Error('no answer');
  };
  const observer = { lost: () => void told.push('lost'), found: () => void told.push('found') };
  await watchEngine({ engine: { ping }, clock: { sleep: async () => {} }, observer }, stop.signal);
  expect(told).toEqual(['lost', 'found', 'lost', 'found', 'lost']);
});
