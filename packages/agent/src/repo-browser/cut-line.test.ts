import { describe, expect, test } from 'vitest';
import { cutLine } from './cut-line.ts';

describe('cutLine', () => {
  test('keeps a line of usual length, without its end', () => {
    expect(cutLine('a line\r\n')).toBe('a line');
  });

  test('shows the place that was found in a line that is too long', () => {
    const line = `${'a'.repeat(5_000)}here${'b'.repeat(5_000)}`;
    const cut = cutLine(line, 5_000);
    expect(cut).toMatch(/^…a{50}hereb+…$/);
    expect(cut).toHaveLength(302);
    expect(cutLine(line)).toBe(`${'a'.repeat(300)}…`);
  });
});
