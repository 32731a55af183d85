import type { ToolHostRequest, ToolHostResponse } from '@drydock/contracts';
import type { Clock } from '@drydock/core';
import { randomUUID } from 'node:crypto';
import { typeInto } from './command-input.ts';
import { CommandOutput } from './command-output.ts';
import { keepRunning } from './keep-running.ts';
import type { OutputPipes } from './output-pipes.ts';
import { OutputStream } from './output-stream.ts';
import { readProcessTable } from './read-process-table.ts';
import type { Shell } from './shell.ts';
import { commandTag, leaderOf, spawnCommand, type CommandChild } from './spawn-command.ts';
import type { TerminalPrograms } from './terminal.ts';
import { signalProcess, sweepExec } from './sweep-exec.ts';

/** A command's own end may leave grandchildren that hold its output open: they are given this long. */
const DRAIN_MS = 2_000;
/** After everything was killed; only what escaped can still hold the output open. */
const LAST_BYTES_MS = 500;
/** What a timer can hold. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export interface CommandHost {
  readonly workspace: string;
  /** Environment of every command. */
  readonly env: Readonly<Record<string, string>>;
  /** Undefined where the image has none. */
  readonly shell: Shell | undefined;
  /** The user whose processes are swept. */
  readonly uid: number;
  readonly pipes: Pick<OutputPipes, 'take'>;
  readonly terminal: TerminalPrograms;
  readonly clock: Clock;
}

export type ExecBody = Extract<ToolHostRequest, { type: 'exec' }>['body'];
export type CommandEnd = Omit<Extract<ToolHostResponse, { type: 'ended' }>['body'], 'totalBytes'>;

interface CommandStart {
  readonly body: ExecBody;
  /** Takes the beginning of the output as it appears. */
  readonly onOutput: (bytes: Uint8Array) => void;
  /** Aborted: the command is killed and ends as usual. */
  readonly cancelled: AbortSignal;
}

/** One command line that runs or has run. */
export interface Command {
  /** Resolves when nothing of it is left, less than 1 s after its time was up. */
  readonly ended: Promise<CommandEnd>;
  readonly output: CommandOutput;
  readonly startedAt: number;
  /** Throws `invalid_request`, written for the model, where it reads no input. */
  write(chars: string): void;
}

/** Starts a command line. Throws `invalid_request`, written for the model, where it cannot be started at all. */
export async function startCommand(host: CommandHost, start: CommandStart): Promise<Command> {
  const { body, onOutput, cancelled } = start;
  const nonce = randomUUID();
  const startedAt = host.clock.now();
  const child = spawnCommand(host, body, nonce);
  const run: CommandRun = {
    host,
    child,
    tag: commandTag(nonce),
    exited: new Promise((resolve) => {
      child.process.once('exit', (exitCode, signal) => resolve({ exitCode, signal }));
    }),
    closed: Promise.all(
      child.outputs.map((output) => new Promise((resolve) => output.once('close', resolve))),
    ),
    leader: await leaderOf(child),
  };
  const { leader: pid, exited } = run;
  if (child.terminal !== undefined) void keepRunning({ pid, clock: host.clock, ended: exited });
  const output = new CommandOutput(child, body, new OutputStream(host.clock, onOutput));
  const interrupt = (): void => signalProcess(-run.leader, 'SIGINT');
  return {
    ended: runToEnd(run, { startedAt, timeoutMs: body.timeoutMs, cancelled }),
    output,
    startedAt,
    write: (chars) =>
      typeInto({ stdin: child.stdin, isTerminal: child.terminal !== undefined, interrupt }, chars),
  };
}

type ProcessEnd = Pick<CommandEnd, 'exitCode' | 'signal'>;

interface CommandRun {
  readonly host: CommandHost;
  readonly child: CommandChild;
  readonly tag: string;
  readonly exited: Promise<ProcessEnd>;
  readonly closed: Promise<unknown>;
  readonly leader: number;
}

interface Limits {
  readonly startedAt: number;
  readonly timeoutMs: number;
  readonly cancelled: AbortSignal;
}

const KILLED: ProcessEnd = { exitCode: null, signal: 'SIGKILL' };

/** Waits for the end of a command, or brings it, and leaves nothing of it running. */
async function runToEnd(run: CommandRun, { startedAt, timeoutMs, cancelled }: Limits): Promise<CommandEnd> {
  const { child, closed, leader, tag } = run;
  const { clock, uid } = run.host;
  const cut = firstCut(timeoutMs, cancelled, clock);
  const end = await Promise.race([run.exited, cut.promise]);
  const durationMs = clock.now() - startedAt;
  // What the command left behind may still have to say something.
  if (typeof end !== 'string') await within(DRAIN_MS, Promise.race([closed, cut.promise]), clock);
  cut.release();
  signalProcess(-leader, 'SIGKILL');
  const sessions = [leader, child.terminal?.session() ?? leader];
  await sweepExec({ sessions, readTable: () => readProcessTable(uid, tag), clock });
  await within(LAST_BYTES_MS, closed, clock);
  for (const stream of [child.stdin, ...child.outputs]) stream?.destroy();
  return { ...(typeof end === 'string' ? KILLED : end), timedOut: end === 'timed_out', durationMs };
}

interface Cut {
  readonly promise: Promise<'timed_out' | 'cancelled'>;
  readonly release: () => void;
}

/** What ends a command before its own end. */
function firstCut(timeoutMs: number, cancelled: AbortSignal, clock: Clock): Cut {
  const released = new AbortController();
  const timedOut = clock.sleep(Math.min(timeoutMs, MAX_TIMER_MS), released.signal);
  const promise = new Promise<'timed_out' | 'cancelled'>((resolve) => {
    timedOut.then(() => resolve('timed_out')).catch(() => undefined);
    cancelled.addEventListener('abort', () => resolve('cancelled'), { signal: released.signal });
    if (cancelled.aborted) resolve('cancelled');
  });
  return { promise, release: () => released.abort() };
}

async function within(timeoutMs: number, done: Promise<unknown>, clock: Clock): Promise<void> {
  const released = new AbortController();
  await Promise.race([done, clock.sleep(timeoutMs, released.signal).catch(() => undefined)]);
  released.abort();
}
