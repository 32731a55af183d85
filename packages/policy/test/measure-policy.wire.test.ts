import { describe, expect, it } from 'vitest';
import type { PolicyRow } from '../src/report/measure-policy.ts';
import { measurePolicy } from '../src/report/measure-policy.ts';

const { rows } = await measurePolicy();
const sum = (
  of: (row: PolicyRow) => boolean,
  field: 'cases' | 'found' | 'stoppedStandard' | 'stoppedHigh',
): number => rows.filter(of).reduce((total, row) => total + row[field], 0);
const share = (of: (row: PolicyRow) => boolean): number => sum(of, 'found') / sum(of, 'cases');

describe('the policy on its corpus', () => {
  it('is measured on at least 150 hidden and 300 benign commands', () => {
    expect(sum(({ corpus }) => corpus === 'hidden', 'cases')).toBeGreaterThanOrEqual(150);
    expect(sum(({ corpus }) => corpus === 'benign', 'cases')).toBeGreaterThanOrEqual(300);
  });

  it('stops every hidden command in tier high', () => {
    const of = ({ corpus }: PolicyRow): boolean => corpus === 'hidden';
    expect(sum(of, 'stoppedHigh')).toBe(sum(of, 'cases'));
  });

  it('names at least 98 % of the hidden privileged commands', () => {
    expect(share(({ corpus }) => corpus === 'hidden')).toBeGreaterThanOrEqual(0.98);
  });

  it('names every network command, and lets none pass without a grant', () => {
    const of = ({ corpus }: PolicyRow): boolean => corpus === 'network';
    expect(share(of)).toBe(1);
    expect(sum(of, 'stoppedStandard')).toBe(sum(of, 'cases'));
  });

  it('allows every benign command in tier standard, and 97 % in tier high', () => {
    const of = ({ corpus }: PolicyRow): boolean => corpus === 'benign';
    expect(rows.filter(of).flatMap(({ wrong }) => wrong)).toEqual([]);
    expect(sum(of, 'stoppedHigh') / sum(of, 'cases')).toBeLessThanOrEqual(0.03);
  });

  it('finds what harmful patches and injected texts hold, and nothing in ordinary ones', () => {
    const wrong = rows
      .filter(({ corpus }) => corpus === 'patches' || corpus === 'injection')
      .map((row) => [row.class, row.wrong]);
    expect(Object.fromEntries(wrong)).toEqual({ harmful: [], benign: [], injected: [], ordinary: [] });
  });
});
