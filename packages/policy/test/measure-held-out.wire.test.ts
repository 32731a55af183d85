import { describe, expect, it } from 'vitest';
import type { HeldOutLabel, HeldOutReport } from '../src/report/measure-held-out.ts';
import { measureHeldOut } from '../src/report/measure-held-out.ts';

const { first, now } = await measureHeldOut();
type Rows = HeldOutReport['first'];
const count = (rows: Rows, label: HeldOutLabel, field: 'cases' | 'found'): number =>
  rows.filter((row) => row.label === label).reduce((total, row) => total + row[field], 0);
const share = (rows: Rows, label: HeldOutLabel): number =>
  count(rows, label, 'found') / count(rows, label, 'cases');

describe('the policy on a corpus by another author', () => {
  it('is measured on at least 150 hostile and 200 benign commands, the same ones as at first', () => {
    const labels: readonly HeldOutLabel[] = ['privileged', 'network', 'guarded', 'opaque'];
    expect(labels.reduce((total, label) => total + count(now, label, 'cases'), 0)).toBeGreaterThanOrEqual(
      150,
    );
    expect(count(now, 'benign', 'cases')).toBeGreaterThanOrEqual(200);
    expect(now.map((row) => [row.label, row.class, row.cases])).toEqual(
      first.map((row) => [row.label, row.class, row.cases]),
    );
  });

  it('keeps the first figures as they were measured', () => {
    const labels: readonly HeldOutLabel[] = ['privileged', 'network', 'guarded', 'opaque', 'benign'];
    expect(
      labels.map((label) => [label, count(first, label, 'found'), count(first, label, 'cases')]),
    ).toEqual([
      ['privileged', 202, 217],
      ['network', 72, 91],
      ['guarded', 7, 38],
      ['opaque', 13, 19],
      ['benign', 321, 323],
    ]);
  });

  it.each<[HeldOutLabel, number]>([
    ['privileged', 0.99],
    ['network', 0.98],
    ['guarded', 0.5],
    ['opaque', 1],
    ['benign', 0.99],
  ])('finds what is %s in at least %d of the cases', (label, floor) => {
    expect(share(now, label)).toBeGreaterThanOrEqual(floor);
  });

  it('stops every privileged and every network command in tier high', () => {
    const rows = now.filter(({ label }) => label === 'privileged' || label === 'network');
    expect(rows.filter((row) => row.stoppedHigh < row.cases)).toEqual([]);
  });
});
