import { describe, expect, it } from 'vitest';
import { findNewFindings } from './find-new-findings.ts';

const finding = (line: number, message = 'm', file = 'a.py') => ({ file, line, rule: 'F811', message });

describe('new findings', () => {
  it('are none when the same ones moved to other lines', () => {
    expect(findNewFindings([finding(1), finding(5)], [finding(2), finding(9)])).toEqual([]);
  });

  it('are none when a finding names another line that moved too', () => {
    const before = [finding(5, "redefinition of unused 'x' from line 3")];
    expect(findNewFindings(before, [finding(8, "redefinition of unused 'x' from line 6")])).toEqual([]);
  });

  it('are those beyond the count that was there', () => {
    expect(findNewFindings([finding(1)], [finding(1), finding(2), finding(3)])).toEqual([
      finding(2),
      finding(3),
    ]);
  });

  it('are told apart by file and message', () => {
    const after = [finding(1, 'm', 'b.py'), finding(1, 'n')];
    expect(findNewFindings([finding(1)], after)).toEqual(after);
  });
});
