import type { JobKind } from '@drydock/contracts';
import { describe, expect, it } from 'vitest';
import { clampRepository } from './src/clamp-repository.ts';
import type { E2eStack } from './src/e2e-stack.ts';
import { useE2eStack } from './src/use-e2e-stack.ts';

describe('each kind of job gives what it is for', () => {
  let e2e: E2eStack;
  useE2eStack((started) => (e2e = started));

  async function run(kind: JobKind, name: string, isBroken = false) {
    const source = clampRepository({ isBroken });
    const { id } = await e2e.submit({ kind, model: `scripted/${name}`, source });
    const { job } = await e2e.finish(id);
    expect(job).toMatchObject({ status: 'succeeded', error: null });
    return { id, result: job.result, codes: job.result?.warnings.map(({ code }) => code) };
  }

  it('a review: findings, the most severe first, and the same as SARIF', async () => {
    const { id, result, codes } = await run('review', 'review-clamp', true);
    expect(result).toMatchObject({ verified: null, patch_bytes: 0 });
    expect(result?.review?.findings).toMatchObject([
      { severity: 'critical', path: 'src/clamp.js', line: 3 },
      { severity: 'low', path: 'test/clamp.test.js', line: 5 },
    ]);
    expect(codes).toEqual([]);
    const sarif: unknown = JSON.parse(
      new TextDecoder().decode(
        await e2e.client.getArtifact(id, 'findings.sarif', AbortSignal.timeout(10_000)),
      ),
    );
    expect(sarif).toMatchObject({
      version: '2.1.0',
      runs: [
        {
          results: [
            { level: 'error', fixes: [{ artifactChanges: [{ replacements: [expect.anything()] }] }] },
            { level: 'note' },
          ],
        },
      ],
    });
  });

  it('an explanation: places that exist, where a wrong one was sent back', async () => {
    const { result, codes } = await run('explain', 'explain-clamp');
    expect(result?.explanation).toEqual({
      references: [{ path: 'src/clamp.js', line: 2, what: 'the lower end' }],
    });
    expect([result?.verified, codes]).toEqual([null, []]);
  });

  it('tests: proven by a mutation that one of them catches, with a warning for one that none does', async () => {
    const { result, codes } = await run('test', 'test-clamp');
    expect(result?.checks?.mutations).toEqual([
      {
        path: 'src/clamp.js',
        line: 2,
        killed: true,
        failed_tests: ['test/edges.test.js::lifts what is below'],
      },
      { path: 'src/clamp.js', line: 3, killed: false, failed_tests: [] },
    ]);
    expect(result?.verified).toBe(true);
    expect(codes).toEqual(['tests_changed', 'mutation_survived']);
    expect(result?.claims).toEqual([{ command: 'node --test', outcome: 'passed' }]);
  });

  it('tests that catch no mutation are not verified', async () => {
    const { result, codes } = await run('test', 'test-weak-clamp');
    expect(result?.checks).toMatchObject({ regressions: [], mutations: [{ line: 3, killed: false }] });
    expect([result?.verified, codes]).toEqual([false, ['tests_changed', 'mutation_survived']]);
  });

  it("a fix that is only claimed: the agent's word stands beside Drydock's, with what contradicts it", async () => {
    const { result, codes } = await run('fix', 'claim-clamp', true);
    expect(result).toMatchObject({
      verified: false,
      claims: [{ command: 'node --test', outcome: 'passed' }],
      checks: { after: { tests: { counts: { failed: 1 } } } },
    });
    expect(codes).toEqual(['unchecked_submission', 'claim_contradicted']);
  });

  it('a fix that is handed in red is sent back once, and then taken with a warning', async () => {
    const { result, codes } = await run('fix', 'red-clamp', true);
    expect([result?.verified, codes]).toEqual([false, ['red_checks']]);
  });
});
