import type { ChildProcessByStdio } from 'node:child_process';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import type { ToolHostRequest, ToolHostResponse } from '@drydock/contracts';
import type { Clock } from '@drydock/core';
import { DrydockError } from '@drydock/core';
import { errnoOf } from '../workspace/errno.ts';
import { HeadTailBuffer } from './head-tail-buffer.ts';
import { OutputStream } from './output-stream.ts';
import { readProcessTable } from './read-process-table.ts';
import type { Shell } from './shell.ts';
import { shellArguments } from './shell.ts';
import { killProcess, sweepExec } from './sweep-exec.ts';

/** A command's own end may leave grandchildren that hold its output open: they are given this long. */
const DRAIN_MS = 2_000;
/** After everything was killed; only what escaped can still hold the output open. */
const LAST_BYTES_MS = 500;
/** Both halves in base64 and the rest of the answer fit into one frame. */
const MAX_OUTPUT_BYTES = 720 << 10;
/** What a timer can hold. */
const MAX_TIMER_MS = 2 ** 31 - 1;
/** Name of the variable that marks every process of one command. */
const TAG = 'DRYDOCK_EXEC';

export interface CommandHost {
  readonly workspace: string;
  /** Environment of every command. */
  readonly env: Readonly<Record<string, string>>;
  /** Undefined where the image has none. */
  readonly shell: Shell | undefined;
  /** The user whose processes are swept. */
  readonly uid: number;
  readonly clock: Clock;
}

type ExecBody = Extract<ToolHostRequest, { type: 'exec' }>['body'];
type ExitedBody = Extract<ToolHostResponse, { type: 'exited' }>['body'];

interface CommandWatch {
  /** Takes the head half of the output as it appears. */
  readonly onOutput: (bytes: Uint8Array) => void;
  /** Aborted: the command is killed and answered as usual. */
  readonly cancelled: AbortSignal;
}

type CommandEnd = Pick<ExitedBody, 'exitCode' | 'signal'>;

/**
 * Runs one command line to its end and leaves nothing of it running. Resolves less than 1 s after `timeoutMs`.
 * Throws `invalid_request`, written for the model, where it cannot be started at all.
 */
export async function runCommand(
  host: CommandHost,
  request: ExecBody,
  watch: CommandWatch,
): Promise<ExitedBody> {
  const { clock, uid } = host;
  const tag = `${TAG}=${randomUUID()}`;
  const startedAt = clock.now();
  const child = spawnCommand(host, request, tag);
  const ended = new Promise<CommandEnd>((resolve) => {
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }));
  });
  const closed = new Promise((resolve) => child.once('close', resolve));
  const leader = await leaderOf(child);
  const output = captureOutput(child, request, new OutputStream(clock, watch.onOutput));

  const cut = firstCut(request.timeoutMs, watch.cancelled, clock);
  const end = await Promise.race([ended, cut.promise]);
  const durationMs = clock.now() - startedAt;
  // What the command left behind may still have to say something.
  if (typeof end !== 'string') await within(DRAIN_MS, Promise.race([closed, cut.promise]), clock);
  cut.release();
  killProcess(-leader);
  await sweepExec({ leader, readTable: () => readProcessTable(uid, tag), clock });
  await within(LAST_BYTES_MS, closed, clock);
  child.stdout.destroy();
  child.stderr.destroy();
  return {
    ...(typeof end === 'string' ? KILLED : end),
    timedOut: end === 'timed_out',
    durationMs,
    ...output(),
  };
}

const KILLED: CommandEnd = { exitCode: null, signal: 'SIGKILL' };

type PipedChild = ChildProcessByStdio<null, Readable, Readable>;

function spawnCommand(host: CommandHost, request: ExecBody, tag: string): PipedChild {
  const cwd = resolve(host.workspace, request.workdir);
  if (host.shell === undefined) throw refuse('The image has no shell: commands cannot be run in it.');
  if (statSync(cwd, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw refuse(`There is no directory ${cwd}. Give a workdir that exists.`);
  }
  const [name = TAG, nonce] = tag.split('=');
  const env = { ...host.env, ...request.env, PWD: cwd, [name]: nonce };
  try {
    const args = shellArguments(host.shell, request.cmd);
    // A session of its own: it can be killed as a whole, and has no terminal and no stream of the tool host.
    return spawn(host.shell.file, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (cause) {
    throw refuse('The command cannot be started: it is too long or has a NUL in it.', cause);
  }
}

async function leaderOf(child: PipedChild): Promise<number> {
  if (child.pid !== undefined) return child.pid;
  const cause = await new Promise((resolve) => child.once('error', resolve));
  throw refuse(
    `The command could not be started (${errnoOf(cause) ?? 'unknown error'}). Too many processes may run.`,
    cause,
  );
}

const refuse = (message: string, cause?: unknown) => new DrydockError('invalid_request', { message, cause });

/** Collects what the command writes; the function that is returned ends the stream and reads what was kept. */
function captureOutput(
  child: PipedChild,
  { maxOutputBytes }: ExecBody,
  stream: OutputStream,
): () => Pick<ExitedBody, 'head' | 'tail' | 'totalBytes'> {
  const buffer = new HeadTailBuffer(Math.min(maxOutputBytes, MAX_OUTPUT_BYTES));
  for (const pipe of [child.stdout, child.stderr]) {
    pipe.on('data', (chunk: Buffer) => stream.push(buffer.push(chunk)));
  }
  return () => {
    stream.flush();
    const { head, tail } = buffer.read();
    return { head: head.toString('base64'), tail: tail.toString('base64'), totalBytes: buffer.totalBytes };
  };
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
  await Promise.race([done, clock.sleep(timeoutMs, released.signal)]);
  released.abort();
}
