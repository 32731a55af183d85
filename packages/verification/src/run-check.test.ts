import type { ExecRequest, ExecResult } from '@drydock/core';
import { describe, expect, it } from 'vitest';
import { runCheck } from './run-check.ts';

const SIGNAL = new AbortController().signal;
const START = '{"v":1,"runner":"node:test"}\n';
const MISMATCH = "'--test-reporter' must match the number of specified '--test-reporter-destination'";

const ENDED: ExecResult = {
  exitCode: 0,
  signal: null,
  timedOut: false,
  durationMs: 5,
  head: '',
  tail: '',
  totalBytes: 0,
  omittedBytes: 0,
};

/** 1 KiB. */
const LONG_LINE = `{"v":1,"id":"${'x'.repeat(990)}","status":"passed"}\n`;

/** What a command does: what it prints, how it ends, what it writes into the report. */
type Command = (env: Readonly<Record<string, string>>) => Partial<ExecResult> & { report?: string };

/** Runs one command as given, and the reading of its report as a shell would. */
class ScriptedSandbox {
  readonly requests: ExecRequest[] = [];
  readonly #command: Command;
  readonly #reports = new Map<string, string>();

  constructor(command: Command) {
    this.#command = command;
  }

  exec(request: ExecRequest): Promise<ExecResult> {
    this.requests.push(request);
    const reading = /^tail -c \+(\d+) (\S+) 2>\/dev\/null \| head -c (\d+)$/.exec(request.cmd);
    return Promise.resolve({ ...ENDED, ...(reading === null ? this.#run(request) : this.#read(reading)) });
  }

  #run({ env = {} }: ExecRequest): Partial<ExecResult> {
    const { report, ...result } = this.#command(env);
    if (report !== undefined) this.#reports.set(env['DRYDOCK_TEST_REPORT'] ?? '', report);
    return result;
  }

  #read([, start, path = '', size]: RegExpExecArray): Partial<ExecResult> {
    const from = Number(start) - 1;
    const piece = (this.#reports.get(path) ?? '').slice(from, from + Number(size));
    const half = piece.length / 2;
    return { head: piece.slice(0, half), tail: piece.slice(half), totalBytes: piece.length };
  }

  get commands(): readonly ExecRequest[] {
    return this.requests.filter(({ cmd }) => !cmd.startsWith('tail '));
  }
}

const check = (sandbox: ScriptedSandbox, kind: 'test' | 'lint', timeoutMs = 1_000) =>
  runCheck(sandbox, { kind, command: 'the command' }, { timeoutMs }, SIGNAL);

describe('a test command', () => {
  it('gives the tests that its runner reports, and the end of its output', async () => {
    const sandbox = new ScriptedSandbox(() => ({
      exitCode: 1,
      head: 'some ',
      tail: 'output',
      report: `${START}{"v":1,"id":"a","status":"failed","message":"m"}\n`,
    }));
    expect(await check(sandbox, 'test')).toEqual({
      kind: 'test',
      command: 'the command',
      exit_code: 1,
      duration_ms: 5,
      timed_out: false,
      format: 'drydock_ndjson',
      tests: [{ id: 'a', status: 'failed', message: 'm' }],
      findings: [],
      output_tail: 'some output',
    });
    expect(sandbox.commands).toMatchObject([{ cmd: 'the command', workdir: '/job/work', timeoutMs: 1_000 }]);
  });

  it('may report megabytes: they are read in pieces', async () => {
    const run = await check(new ScriptedSandbox(() => ({ report: START + LONG_LINE.repeat(3_000) })), 'test');
    expect(run.tests).toHaveLength(3_000);
  });

  it.each<[string, Partial<ExecResult>, object]>([
    ['passes', {}, { status: 'passed' }],
    ['fails', { exitCode: 2 }, { status: 'failed', message: 'Exit code 2.' }],
    [
      'is killed',
      { exitCode: null, signal: 'SIGKILL' },
      { status: 'errored', message: 'The command was ended by SIGKILL.' },
    ],
    [
      'runs out of time',
      { exitCode: null, signal: 'SIGKILL', timedOut: true },
      { status: 'errored', message: 'The command did not end in time.' },
    ],
  ])('without a report counts as one test: it %s', async (_, result, test) => {
    const run = await check(new ScriptedSandbox(() => result), 'test');
    expect(run).toMatchObject({ format: 'exit_code', tests: [{ id: '<the command>', ...test }] });
  });

  it.each([
    ['has a line that no reporter writes', `${START}all passed\n`],
    ['is as long as a reporter writes at most', START + LONG_LINE.repeat((16 << 20) / LONG_LINE.length)],
  ])('is not believed where its report %s', async (_, report) => {
    const run = await check(new ScriptedSandbox(() => ({ exitCode: 1, report })), 'test');
    expect(run).toMatchObject({ format: 'exit_code', tests: [{ id: '<the command>', status: 'failed' }] });
  });

  it('shares 16 MiB of reports with the other commands of its side', async () => {
    const sandbox = new ScriptedSandbox(() => ({ report: START + LONG_LINE.repeat(7_000) }));
    const formats = [];
    for (let n = 0; n < 4; n += 1) formats.push((await check(sandbox, 'test')).format);
    expect(formats).toEqual(['drydock_ndjson', 'drydock_ndjson', 'exit_code', 'exit_code']);
    const fresh = new ScriptedSandbox(() => ({ report: START }));
    expect((await check(fresh, 'test')).format).toBe('drydock_ndjson');
  });

  it('is not believed where reading its report blocks', async () => {
    const sandbox = new ScriptedSandbox(() => ({}));
    const answer = sandbox.exec.bind(sandbox);
    sandbox.exec = async (request) => ({
      ...(await answer(request)),
      timedOut: request.cmd.startsWith('tail '),
    });
    expect((await check(sandbox, 'test')).format).toBe('exit_code');
  });

  it('with a reporter of its own is run again, with Drydock beside it and the time that is left', async () => {
    const sandbox = new ScriptedSandbox(({ NODE_OPTIONS = '' }) =>
      NODE_OPTIONS.includes('spec') ? { exitCode: 1, tail: MISMATCH, durationMs: 300.5 } : { report: START },
    );
    expect(await check(sandbox, 'test')).toMatchObject({ format: 'drydock_ndjson', tests: [] });
    expect(sandbox.commands.map(({ timeoutMs }) => timeoutMs)).toEqual([1_000, 699]);
    const [first, second] = sandbox.commands.map(({ env }) => env?.['DRYDOCK_TEST_REPORT']);
    expect(first).not.toBe(second);
  });

  it('that complains for ever is run three times', async () => {
    const sandbox = new ScriptedSandbox(() => ({ exitCode: 1, tail: MISMATCH }));
    expect(await check(sandbox, 'test')).toMatchObject({ format: 'exit_code', exit_code: 1 });
    expect(sandbox.commands).toHaveLength(3);
  });

  it('is not run again when no time is left', async () => {
    const sandbox = new ScriptedSandbox(() => ({ exitCode: 1, tail: MISMATCH, durationMs: 1_000 }));
    await check(sandbox, 'test');
    expect(sandbox.commands).toHaveLength(1);
  });

  it('keeps a bounded end of its output, and says what was left out', async () => {
    const result = { head: 'h'.repeat(20_000), tail: 't'.repeat(10_000), omittedBytes: 7 };
    const { output_tail: tail } = await check(new ScriptedSandbox(() => result), 'test');
    expect(tail).toHaveLength(16_384);
    expect(tail).toContain('h\n[7 bytes left out]\nt');
  });
});

describe('a lint command', () => {
  const FINDING = { file: 'a.js', line: 1, rule: 'r', message: 'm' };
  const FAILED = { file: '<the command>', line: 0, rule: 'exit_code', message: 'The command failed.' };

  it.each<[string, Partial<ExecResult>, object]>([
    [
      'that finds something',
      { exitCode: 1, head: 'a.js:1:1: m [r]\n' },
      { format: 'unix', findings: [FINDING] },
    ],
    ['that only warns', { head: 'a.js:1:1: m [r]\n' }, { format: 'unix', findings: [FINDING] }],
    ['that is content', { head: 'All good.' }, { format: 'unix', findings: [] }],
    [
      'that fails without findings counts as one',
      { exitCode: 2, head: 'oops' },
      { format: 'exit_code', findings: [FAILED] },
    ],
    [
      'that says more than can be read counts as one',
      { exitCode: 1, head: 'a.js:1:1: m [r]\n', omittedBytes: 1 },
      { format: 'exit_code', findings: [FAILED] },
    ],
  ])('%s', async (_, result, expected) => {
    expect(await check(new ScriptedSandbox(() => result), 'lint')).toMatchObject({
      kind: 'lint',
      tests: [],
      ...expected,
    });
  });
});
