import { describe, expect, it } from 'vitest';
import { parseLintOutput } from './parse-lint-output.ts';

const parse = (output: string) => parseLintOutput(output, '/job/work');

describe('lint output', () => {
  it.each([
    [
      'oxlint and eslint, format unix',
      'src/a.ts:3:5: `debugger` is not allowed [Error/eslint(no-debugger)]',
      {
        file: 'src/a.ts',
        line: 3,
        column: 5,
        severity: 'error',
        rule: 'eslint(no-debugger)',
        message: '`debugger` is not allowed',
      },
    ],
    [
      'flake8',
      './calc.py:1:80: E501 line too long (95 > 79 characters)',
      { file: 'calc.py', line: 1, column: 80, rule: 'E501', message: 'line too long (95 > 79 characters)' },
    ],
    [
      'pylint',
      'a.py:2:0: C0114: Missing module docstring [missing-module-docstring]',
      {
        file: 'a.py',
        line: 2,
        column: 0,
        rule: 'missing-module-docstring',
        message: 'C0114: Missing module docstring',
      },
    ],
    [
      'mypy',
      '/job/work/a.py:7: error: Incompatible types  [assignment]',
      { file: 'a.py', line: 7, severity: 'error', rule: 'assignment', message: 'error: Incompatible types' },
    ],
    [
      'a compiler',
      'a.c:1:2: warning: unused',
      { file: 'a.c', line: 1, column: 2, severity: 'warning', rule: '', message: 'warning: unused' },
    ],
    [
      'a name with spaces and a carriage return',
      'my file.js:1:1: no [Warning/x]\r',
      { file: 'my file.js', line: 1, column: 1, severity: 'warning', rule: 'x', message: 'no' },
    ],
  ])('of %s', (_, output, finding) => {
    expect(parse(`${output}\n`)).toEqual([finding]);
  });

  it('passes over what is no finding', () => {
    expect(parse('\n2 problems\n    at run (a.js:1:2)\nhttp://host:80/x: y\na.js:x: y\na.js:1:1:\n')).toEqual(
      [],
    );
  });

  it('is bounded: 10,000 findings, and no line of more than 4,000 characters', () => {
    expect(parse('a.js:1:1: m [r]\n'.repeat(20_000))).toHaveLength(10_000);
    expect(parse(`a.js:1:1: ${'m'.repeat(5_000)}\n`)).toEqual([]);
    expect(parse(`a.js:1:1: ${'m'.repeat(3_000)}\n`)[0]?.message).toHaveLength(500);
  });

  it('takes linear time for lines made to be slow', () => {
    const slow = ['a:1'.repeat(1_300), `a:1: ${' ['.repeat(1_900)}`, `a:1: ${' '.repeat(3_900)}x`];
    expect(parse(slow.join('\n').concat('\n').repeat(200)).length).toBeLessThanOrEqual(600);
  });
});
