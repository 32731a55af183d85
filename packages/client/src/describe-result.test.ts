import { JobResult } from '@drydock/contracts';
import { describe, expect, it } from 'vitest';
import { describeResult } from './describe-result.ts';

const RESULT = JobResult.parse({
  verified: null,
  summary: null,
  plan: null,
  checks: null,
  patch_bytes: 0,
  usage: { input_tokens: 0, cached_input_tokens: 0, output_tokens: 0, reasoning_tokens: 0 },
  warnings: [],
});

describe('describeResult', () => {
  it('says nothing of a job that only changes files', () => {
    expect(describeResult(RESULT)).toEqual([]);
  });

  it('shows the findings of a review, each with its place, reason and repair', () => {
    const suggestion = 'Say so:\n```suggestion\n  return high;\n```';
    const finding = {
      severity: 'high' as const,
      path: 'a.js',
      line: 3,
      title: 'Wrong end',
      message: 'It is 0.',
    };
    const findings = [{ ...finding, end_line: 4, suggestion }, finding];
    expect(describeResult({ ...RESULT, review: { findings } })).toEqual([
      'high  a.js:3-4  Wrong end',
      '    It is 0.',
      '    Suggestion: Say so:',
      '    ```suggestion',
      '      return high;',
      '    ```',
      'high  a.js:3  Wrong end',
      '    It is 0.',
    ]);
  });

  it('shows the places of an explanation, and what became of mutations', () => {
    const side = { tests: null, lint: null };
    const lists = { fail_to_pass: [], pass_to_pass: [], regressions: [], added_pass: [] };
    const mutations = [
      { path: 'a.js', line: 2, killed: true, failed_tests: ['t::a', 't::b'] },
      { path: 'a.js', line: 3, killed: false, failed_tests: [] },
    ];
    const checks = { before: side, after: side, ...lists, lint: null, mutations };
    const explanation = { references: [{ path: 'a.js', line: 1, what: 'the loop' }] };
    expect(describeResult({ ...RESULT, checks, explanation })).toEqual([
      'a.js:1  the loop',
      'mutation a.js:2  caught by t::a, t::b',
      'mutation a.js:3  survived',
    ]);
  });
});
