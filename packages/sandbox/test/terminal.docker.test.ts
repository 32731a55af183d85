import type { CommandEnd, ExecRequest, ExecResult, Sandbox } from '@drydock/core';
import { describeWith, readSetupFacts } from '@drydock/testing';
import { beforeEach, expect, it } from 'vitest';
import { output, run, soon, type TestHost } from './test-host.ts';
import { useSandbox, useTestHost } from './use-test-host.ts';

/** One command on a terminal, as it is typed to. */
class Session {
  readonly ends: CommandEnd[] = [];
  readonly #sandbox: Sandbox;
  #id = -1;

  constructor(sandbox: Sandbox) {
    this.#sandbox = sandbox;
  }

  start(cmd: string, more: Partial<ExecRequest> = {}): Promise<ExecResult> {
    const request = { cmd, workdir: '/job/work', timeoutMs: 30_000, maxOutputBytes: 10_000, yieldMs: 700 };
    const wired = { keepStdinOpen: true, tty: true, onEnded: (end: CommandEnd) => this.ends.push(end) };
    return this.#note(this.#sandbox.exec({ ...request, ...wired, ...more }, soon()));
  }

  /** Types, and waits until the session says `expected`, or ends. Returns all that came meanwhile. */
  async type(chars: string, expected: string | RegExp): Promise<string> {
    let seen = '';
    for (let look = 0; look < 50; look += 1) {
      const request = { sessionId: this.#id, chars: look === 0 ? chars : '', yieldMs: 250 };
      const answer = await this.#sandbox.writeStdin({ ...request, maxOutputBytes: 10_000 }, soon());
      if ('refused' in answer) throw new Error(answer.refused);
      seen += answer.head + answer.tail;
      if (seen.match(expected) !== null || answer.sessionId === undefined) return seen;
    }
    throw new Error(`${JSON.stringify(expected)} did not come: ${JSON.stringify(seen)}`);
  }

  async #note(started: Promise<ExecResult>): Promise<ExecResult> {
    const result = await started;
    this.#id = result.sessionId ?? -1;
    return result;
  }
}

const CHECK =
  'tty; stty size; python3 -c "import sys; print([s.isatty() for s in (sys.stdin, sys.stdout, sys.stderr)])"; echo err >&2';

describeWith('docker', 'a command on a terminal', () => {
  let sandbox: Sandbox;
  let session: Session;

  useSandbox((_, own) => (sandbox = own));
  beforeEach(() => (session = new Session(sandbox)));

  it('has one on all three streams, of 80 columns and 24 lines, and one output in order', async () => {
    expect(await session.start(CHECK)).toMatchObject({
      exitCode: 0,
      signal: null,
      head: '/dev/pts/0\r\n24 80\r\n[True, True, True]\r\nerr\r\n',
      tail: '',
    });
    expect(await output(sandbox, 'python3 -c "import sys; print(sys.stdin.isatty())"')).toBe('False\n');
  });

  it('ends with its own exit code, or with 128 and the signal as a shell counts', async () => {
    expect(await session.start('exit 3')).toMatchObject({ exitCode: 3, signal: null });
    expect(await session.start('kill -TERM $$')).toMatchObject({ exitCode: 143, signal: null });
    expect(await session.start("echo 'quoted $x' \"it's\"; exit 4")).toMatchObject({
      exitCode: 4,
      head: "quoted $x it's\r\n",
    });
  });

  it('echoes what is typed, is interrupted by Ctrl-C and ended by Ctrl-D, through the line discipline', async () => {
    await session.start('trap "echo stopped" INT; while read -r x; do echo "got $x"; done; echo end; exit 5');
    expect(await session.type('words\n', 'got words\r\n')).toBe('words\r\ngot words\r\n');
    expect(await session.type('\u0003', 'stopped')).toContain('^C');
    expect(await session.type('\u0004', 'end')).toContain('end\r\n');
    await expect.poll(() => session.ends).toMatchObject([{ exitCode: 5, signal: null, timedOut: false }]);
  });

  it('interrupts what runs in the foreground, not what started it', async () => {
    await session.start('bash --norc -i');
    await session.type('sleep 1234; echo after\n', 'sleep 1234');
    await session.type('\u0003', /\^C[^]*\$ $/);
    expect(await session.type('echo $((40 + 2))\n', /\n42\r\n/)).toContain('42\r\n');
    expect(await output(sandbox, 'pgrep -x sleep | wc -l')).toBe('0\n');
    await session.type('exit 6\n', 'exit');
    await expect.poll(() => session.ends).toMatchObject([{ exitCode: 6 }]);
  });

  it.each([
    ['python3 -q', '>>> ', 'print(6 * 7)\n', '\r\n42\r\n'],
    ['node', '> ', '6 * 7\n', '\n42\r\n'],
  ])('%s answers as it does to a person, and Ctrl-D ends it', async (program, prompt, typed, answer) => {
    const first = await session.start(program, { yieldMs: 250 });
    if (!first.head.includes(prompt)) await session.type('', prompt);
    expect(await session.type(typed, answer)).toContain(answer);
    await session.type('\u0004', 'never said');
    expect(session.ends).toMatchObject([{ exitCode: 0, timedOut: false }]);
  });

  it('reads the end of its input where none was kept open', async () => {
    expect(await session.start('read x; echo "ended with $?"', { keepStdinOpen: false })).toMatchObject({
      exitCode: 0,
      head: expect.stringContaining('ended with 1') as string,
    });
  });

  it('is swept with all it started, also what left its session or cleared its environment', async () => {
    const cmd =
      'nohup env -i sleep 1231 & setsid sleep 1232 & (setsid setsid sleep 1233 &) ; sleep 0.3; echo on; sleep 1234';
    expect(await session.start(cmd, { timeoutMs: 1_500, yieldMs: 5_000 })).toMatchObject({ timedOut: true });
    expect(await output(sandbox, 'pgrep -x sleep | wc -l')).toBe('0\n');
    expect(
      await session.start('nohup env -i sleep 1235 & sleep 0.3; exit 0', { yieldMs: 5_000 }),
    ).toMatchObject({ exitCode: 0 });
    expect(await output(sandbox, 'pgrep -x sleep | wc -l; ls /dev/pts')).toBe('0\nptmx\n');
  });

  it('is killed when sessions are ended, and carries large outputs', async () => {
    await session.start('sleep 1234');
    await sandbox.endSessions(soon());
    await expect.poll(() => session.ends).toMatchObject([{ signal: 'SIGKILL', timedOut: false }]);
    const long = await session.start('seq 1 200000', { yieldMs: 20_000 });
    expect(long).toMatchObject({ exitCode: 0, head: expect.stringMatching(/^1\r\n2\r\n/) as string });
    expect(long.tail).toMatch(/\n200000\r\n$/);
    expect(long.totalBytes).toBe(1_288_895 + 200_000);
  });

  it('goes on after a capture, for which everything stood still', async () => {
    await session.start('while read -r x; do echo "got $x"; done');
    const keep = async (chunks: AsyncIterable<Uint8Array>) => {
      for await (const _ of chunks);
    };
    for (const word of ['one', 'two']) {
      await sandbox.captureState({ commands: 'pause', keep }, soon());
      expect(await session.type(`${word}\n`, `got ${word}`)).toContain(`got ${word}\r\n`);
    }
  });

  it('cannot look into what makes its terminal', async () => {
    const { head } = await run(sandbox, 'true');
    expect(head).toBe('');
    const cmd = 'ls /proc/$PPID/fd 2>&1 | tail -1';
    expect((await session.start(cmd)).head).toContain('Permission denied');
  });
});

describeWith('gvisor', 'a command on a terminal of gVisor', () => {
  let host: TestHost;
  useTestHost((opened) => (host = opened));

  // Releases of 2022 hand Ctrl-C and Ctrl-D on as characters.
  it('has one too, can be typed to, and is killed with its session', async () => {
    await using sandbox = await host.start('read_write', { runtime: readSetupFacts().gvisorRuntime ?? '' });
    const session = new Session(sandbox);
    expect((await session.start(CHECK, { yieldMs: 20_000 })).head).toMatch(
      /^\/dev\/pts\/\d+\r\n24 80\r\n\[True, True, True\]\r\nerr\r\n$/,
    );
    await session.start('read x; echo "got $x"; sleep 1234');
    expect(await session.type('words\n', 'got words')).toContain('got words\r\n');
    await sandbox.endSessions(soon());
    await expect.poll(() => session.ends).toMatchObject([{ exitCode: 0 }, { signal: 'SIGKILL' }]);
  });
});
