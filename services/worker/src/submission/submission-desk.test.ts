import type { JobKind, Mutation, Plan, Submission, Warning } from '@drydock/contracts';
import { describe, expect, it } from 'vitest';
import { RunsSinceEdit } from '../conversation/runs-since-edit.ts';
import { SubmissionDesk } from './submission-desk.ts';

const SIGNAL = AbortSignal.timeout(5_000);
const PLAN: Plan = { steps: ['x'], files: [], checks: ['make check'], risks: [], assumptions: [] };
const FILES: Readonly<Record<string, string>> = {
  'src/a.ts': 'one\ntwo\nthree',
  'test/a.test.ts': 'x\n',
  'package.json': '{"scripts":{"test":"node --test"}}\n',
};

/** A desk over a workspace of three files. */
function setUp(kind: JobKind) {
  const warnings: Warning[] = [];
  const sinceEdit = new RunsSinceEdit();
  let calls = 0;
  const end = (cmd: string, code: number): void => {
    const id = `c${(calls += 1)}`;
    sinceEdit.start({ call_id: id, cmd, workdir: '/job/work' });
    const rest = { signal: null, duration_ms: 1, timed_out: false, output_bytes: 0 };
    sinceEdit.end({ call_id: id, exit_code: code, ...rest }, `exit ${code}`);
  };
  const sandbox = {
    readFile: async (path: string) => (FILES[path] === undefined ? undefined : Buffer.from(FILES[path])),
    listDir: async (path: string) => (path === '.' ? Object.keys(FILES) : []),
  };
  const desk = new SubmissionDesk({
    spec: { kind, checks: {} },
    sandbox,
    sinceEdit,
    warn: (warning) => void warnings.push(warning),
  });
  const submit = async (more: Partial<Submission> = {}) => {
    const admission = await desk.admit({ summary: 'done', changes: [], ...more }, PLAN, SIGNAL);
    return admission.kind === 'admitted' ? admission.submission : admission.observation;
  };
  return { submit, warnings, sinceEdit, end, codes: () => warnings.map(({ code }) => code) };
}

const finding = (path: string, line: number) => ({
  severity: 'low' as const,
  path,
  line,
  title: 't',
  message: 'm',
});
const mutation = (change: Partial<Mutation> = {}): Mutation => ({
  path: 'src/a.ts',
  find: 'two',
  replace: 'zwei',
  why: 'w',
  ...change,
});

describe('the desk for submissions', () => {
  it('takes findings at places that are there, relative and the most severe first', async () => {
    const { submit, warnings } = setUp('review');
    const high = { ...finding('./src/a.ts', 3), severity: 'high' as const };
    expect(await submit({ findings: [finding('/job/work/src/a.ts', 1), high] })).toMatchObject({
      findings: [
        { severity: 'high', path: 'src/a.ts', line: 3 },
        { severity: 'low', path: 'src/a.ts', line: 1 },
      ],
    });
    expect(warnings).toEqual([]);
  });

  it('refuses places that are not there once, by name, and then takes them with a warning', async () => {
    const { submit, warnings } = setUp('review');
    const findings = [
      finding('src/b.ts', 1),
      finding('src/a.ts', 4),
      finding('../x', 1),
      finding('src/a.ts', 2),
    ];
    const named =
      'src/b.ts:1 (there is no such file), src/a.ts:4 (the file has 3 lines), ../x:1 (there is no such file)';
    expect(await submit({ findings })).toEqual({
      kind: 'refused',
      reason: 'references_unresolved',
      message: expect.stringContaining(named),
    });
    expect(await submit({ findings })).toMatchObject({ findings: expect.any(Array) });
    expect(warnings).toEqual([
      { code: 'references_unresolved', message: `These places are not in the workspace: ${named}.` },
    ]);
  });

  it('looks at the places that an explanation names in its words, and takes a repaired one', async () => {
    const { submit, warnings } = setUp('explain');
    expect(await submit({ summary: 'See src/a.ts:9.', references: [] })).toMatchObject({
      reason: 'references_unresolved',
    });
    expect(await submit({ summary: 'See src/a.ts:2.', references: [] })).toMatchObject({ references: [] });
    expect(warnings).toEqual([]);
  });

  it.each([
    ['a file that is not there', { path: 'src/b.ts' }, 'src/b.ts is not there'],
    ['a test', { path: 'test/a.test.ts', find: 'x' }, 'test/a.test.ts is a test, or decides what is tested'],
    ['text that is not there', { find: 'four' }, 'src/a.ts does not contain the text of `find`'],
    ['more than one place', { find: 't' }, 'src/a.ts contains the text of `find` more than once'],
  ])('refuses a mutation of %s once', async (_claim, change, said) => {
    const { submit, warnings } = setUp('test');
    const first = await submit({ mutations: [mutation(change)] });
    expect(first).toMatchObject({ reason: 'mutations_unusable', message: expect.stringContaining(said) });
    expect(await submit({ mutations: [mutation(change)] })).toMatchObject({ summary: 'done' });
    // The verification tells of it.
    expect(warnings).toEqual([]);
  });

  it.each([
    ['of the repository', 'npm test'],
    ['of the plan', 'cd /job/work && make check 2>&1'],
  ])('refuses a red check %s once, and then takes it with a warning', async (_claim, cmd) => {
    const { submit, sinceEdit, end, codes } = setUp('fix');
    sinceEdit.edit();
    end(cmd, 1);
    expect(await submit()).toMatchObject({
      reason: 'red_checks',
      message: expect.stringContaining('exit 1'),
    });
    expect(await submit({ checks: [] })).toMatchObject({ summary: 'done' });
    expect(codes()).toEqual(['red_checks']);
  });

  it('takes a red check that the submission admits, and one that was run again and is green', async () => {
    const admitting = setUp('fix');
    admitting.end('npm test', 1);
    const checks = [{ command: 'npm  test', outcome: 'failed' as const }];
    expect(await admitting.submit({ checks })).toMatchObject({ checks });
    const repaired = setUp('fix');
    repaired.end('npm test', 1);
    repaired.end('npm test', 0);
    expect(await repaired.submit()).toMatchObject({ summary: 'done' });
    expect([...admitting.warnings, ...repaired.warnings]).toEqual([]);
  });

  it('asks nothing about red commands that are no checks, or in a job that changes nothing', async () => {
    const fix = setUp('fix');
    fix.end('ls nothing', 2);
    expect(await fix.submit()).toMatchObject({ summary: 'done' });
    const review = setUp('review');
    review.end('npm test', 1);
    expect(await review.submit()).toMatchObject({ summary: 'done' });
  });

  it('tells all that is wrong at once, and refuses no more often than there are reasons', async () => {
    const { submit, end, codes } = setUp('test');
    end('npm test', 1);
    const wrong = { mutations: [mutation({ find: 'four' })] };
    expect(await submit(wrong)).toMatchObject({
      reason: 'mutations_unusable',
      message: expect.stringMatching(/find[\s\S]*npm test/),
    });
    expect(await submit(wrong)).toMatchObject({ summary: 'done' });
    expect(codes()).toEqual(['red_checks']);
  });

  it('warns of edits after which nothing ran', async () => {
    const { submit, sinceEdit, end, codes } = setUp('implement');
    end('npm test', 0);
    sinceEdit.edit();
    await submit();
    expect(codes()).toEqual(['unchecked_submission']);
  });
});
