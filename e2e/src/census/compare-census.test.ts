import { expect, test } from 'vitest';
import { compareCensus, findLeaks } from './compare-census.ts';
import type { Census, Kind } from './kinds.ts';
import { KINDS, counted, measured } from './kinds.ts';

function census(changes: Partial<Census> = {}): Census {
  const nothing = Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, counted([])]));
  return { ...(nothing as Record<Kind, ReturnType<typeof counted>>), ...changes };
}

test('what was there before is no leak, though it goes by another name', () => {
  const before = census({ containers: counted(['a', 'b']) });
  const after = census({ containers: counted(['c', 'd']) });
  expect(findLeaks(compareCensus(before, after, 10))).toEqual([]);
});

test('one more than before is a leak, and the newcomers are its suspects', () => {
  const before = census({ containers: counted(['a']) });
  const after = census({ containers: counted(['a', 'b']) });
  expect(findLeaks(compareCensus(before, after, 10))).toEqual([
    { kind: 'containers', before: 1, after: 2, allowed: 1, leaked: 1, suspects: ['b'] },
  ]);
});

test('a kind that jobs keep may grow with their number and not beyond', () => {
  const grown = (count: number) => compareCensus(census(), census({ 'job records': measured(count) }), 3);
  expect(findLeaks(grown(3))).toEqual([]);
  expect(findLeaks(grown(4))).toMatchObject([{ kind: 'job records', allowed: 3, leaked: 1 }]);
});

test('nothing of a kind that is allowed nothing passes, however many jobs there were', () => {
  const strict = (Object.keys(KINDS) as Kind[]).filter(
    (kind) => KINDS[kind].fixed === 0 && KINDS[kind].perJob === 0,
  );
  for (const kind of strict) {
    const rows = compareCensus(census(), census({ [kind]: counted(['stray']) }), 1_000);
    expect(findLeaks(rows).map((row) => row.kind)).toEqual([kind]);
  }
  expect(strict).toEqual(expect.arrayContaining(['containers', 'mounts', 'other keys', 'other files']));
});
