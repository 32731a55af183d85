import { expect, it } from 'vitest';
import { parseStat } from './process-identity.ts';

it('reads state and start time behind a name that looks like fields', () => {
  const rest = 'S 1 2 3 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 11 0 987654 1000 2000';
  expect(parseStat(`42 (a) R 1 (b c) ${rest}`)).toEqual({ state: 'S', startTime: '987654' });
});
