import { describe, expect, it } from 'vitest';
import { OutageReport } from './outage-report.ts';

describe('OutageReport', () => {
  it('tells of an outage once, and of the next one again', () => {
    const told: unknown[] = [];
    const report = new OutageReport((error) => told.push(error.code));
    report.note(new Error('ECONNREFUSED'));
    report.note(new Error('ECONNREFUSED'));
    expect(told).toEqual(['store_unavailable']);
    report.over();
    report.note(new Error('ECONNRESET'));
    expect(told).toEqual(['store_unavailable', 'store_unavailable']);
  });
});
