import { describe, expect, it } from 'vitest';
import type { E2eStack } from './src/e2e-stack.ts';
import { useE2eStack } from './src/use-e2e-stack.ts';

describe('only proof counts', () => {
  let e2e: E2eStack;
  useE2eStack((started) => (e2e = started));

  it('does not verify a lie: the agent says that it fixed the bug and did not', async () => {
    const { id } = await e2e.submit({ model: 'scripted/lie-ts' });
    const { job } = await e2e.finish(id);
    expect(job.status).toBe('succeeded');
    expect(job.result).toMatchObject({ verified: false, checks: { fail_to_pass: [], regressions: [] } });
    expect(job.result?.checks?.after.tests?.counts.failed).toBe(1);
  });

  it('does not take deleting the failing test for a fix', async () => {
    const { id } = await e2e.submit({ model: 'scripted/delete-test-ts' });
    const { job } = await e2e.finish(id);
    expect(job.result).toMatchObject({ verified: false, checks: { fail_to_pass: [] } });
    expect(job.result?.warnings.map((warning) => warning.code)).toContain('tests_changed');
  });

  it('ends failed with model_error when the conversation departs from the transcript', async () => {
    const { id } = await e2e.submit({ model: 'scripted/fix-ts', instruction: 'Something else.', tools: [] });
    const { job, patch } = await e2e.finish(id);
    expect(job).toMatchObject({ status: 'failed', error: { code: 'model_error', blame: 'model' } });
    expect(job.error?.message).toContain('scripted');
    expect(patch).toBe('');
  });

  it('proves a Python fix with pytest, per test', async () => {
    const { id } = await e2e.submit({
      model: 'scripted/fix-py-inline',
      instruction: 'add() subtracts. Make the failing test pass.',
      source: {
        type: 'files',
        files: [
          {
            path: 'calc.py',
            content: 'def add(a, b):\n    return a - b\n\n\ndef double(a):\n    return 2 * a\n',
          },
          {
            path: 'tests/test_calc.py',
            content:
              'import pytest\n\nfrom calc import add, double\n\n\n@pytest.mark.parametrize("n", [1, 2])\ndef test_double(n):\n    assert double(n) == n + n\n\n\ndef test_add():\n    assert add(1, 2) == 3\n',
          },
          { path: 'pyproject.toml', content: '[tool.pytest.ini_options]\npythonpath = ["."]\n' },
        ].map((file) => ({ ...file, encoding: 'utf8' as const, executable: false })),
      },
    });
    const { job } = await e2e.finish(id);
    expect(job.result?.checks).toMatchObject({
      fail_to_pass: ['tests/test_calc.py::test_add'],
      pass_to_pass: ['tests/test_calc.py::test_double[1]', 'tests/test_calc.py::test_double[2]'],
      regressions: [],
    });
    expect(job.result?.verified).toBe(true);
  });

  it('says so when there are no tests, and does not verify', async () => {
    const { id } = await e2e.submit({
      model: 'scripted/fix-notests',
      source: {
        type: 'files',
        files: [{ path: 'notes.md', content: 'teh notes\n', encoding: 'utf8', executable: false }],
      },
    });
    const { job } = await e2e.finish(id);
    expect(job).toMatchObject({ status: 'succeeded', result: { verified: false } });
    expect(job.result?.warnings.map((warning) => warning.code)).toContain('no_tests');
  });
});
