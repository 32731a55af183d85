import { DrydockError } from '@drydock/core';
import { spawn, type ChildProcess } from 'node:child_process';
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { errnoOf } from '../workspace/errno.ts';
import type { CommandHost, ExecBody } from './command.ts';
import type { OutputPipe } from './output-pipes.ts';
import { shellArguments, type Shell } from './shell.ts';
import { readSession, terminalArguments } from './terminal.ts';

/** Name of the variable that marks every process of one command. */
const TAG = 'DRYDOCK_EXEC';

export interface CommandChild {
  readonly process: ChildProcess;
  /** Null: it reads an end of file. */
  readonly stdin: Writable | null;
  /** Both outputs in one; only where the shell has to join them, what is still written to the other is here too. */
  readonly outputs: readonly Readable[];
  /** Absent: it sees pipes. */
  readonly terminal?: Terminal;
}

interface Terminal {
  /** The session that the command leads on it; undefined until it is there. */
  readonly session: () => number | undefined;
}

/** `NAME=value`, as it stands in the environment of every process of the command with this nonce. */
export const commandTag = (nonce: string): string => `${TAG}=${nonce}`;

/** Starts a shell for a command line. Throws `invalid_request`, written for the model, where it cannot be. */
export function spawnCommand(host: CommandHost, body: ExecBody, nonce: string): CommandChild {
  const cwd = resolve(host.workspace, body.workdir);
  if (host.shell === undefined) throw refuse('The image has no shell: commands cannot be run in it.');
  if (statSync(cwd, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw refuse(`There is no directory ${cwd}. Give a workdir that exists.`);
  }
  const env = { ...host.env, ...body.env, PWD: cwd, [TAG]: nonce };
  try {
    return startShell(host, host.shell, { body, cwd, env });
  } catch (cause) {
    throw refuse('The command cannot be started: it is too long or has a NUL in it.', cause);
  }
}

interface ShellStart {
  readonly body: ExecBody;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

function startShell(host: CommandHost, shell: Shell, { body, cwd, env }: ShellStart): CommandChild {
  const pipe = host.pipes.take();
  const output = pipe?.writeFd ?? 'pipe';
  const joined = pipe === undefined ? ('by shell' as const) : ('by pipe' as const);
  // Without input by default: programs such as rg wait for ever on a stdin that is open and says nothing.
  const stdin = body.keepStdinOpen === true ? 'pipe' : 'ignore';
  try {
    const isOnTerminal = body.tty === true;
    const shellArgv = [shell.file, ...shellArguments(shell, body.cmd, joined)] as const;
    const [file, ...args] = isOnTerminal ? terminalArguments(host.terminal, shell, body.cmd) : shellArgv;
    const session = isOnTerminal ? (['pipe'] as const) : [];
    // A session of its own: it can be killed as a whole, and has no stream of the tool host and no terminal of others.
    const child = spawn(file, args, { cwd, env, detached: true, stdio: [stdin, output, output, ...session] });
    // A command that ends does not read to the end.
    child.stdin?.on('error', () => undefined);
    const outputs = listOutputs(child, pipe);
    const terminal = isOnTerminal ? { terminal: { session: readSession(child) } } : {};
    return { process: child, stdin: child.stdin, outputs, ...terminal };
  } finally {
    // Where nothing was started this was the last writer, and the pipe comes to its end.
    pipe?.handOver();
  }
}

const listOutputs = ({ stdout, stderr }: ChildProcess, pipe: OutputPipe | undefined): Readable[] =>
  [pipe?.output, stdout, stderr].flatMap((stream) => stream ?? []);

/** Pid of the command's first process: leader of its group and session. Throws as `spawnCommand` does. */
export async function leaderOf({ process: child }: CommandChild): Promise<number> {
  if (child.pid !== undefined) return child.pid;
  const cause = await new Promise((settle) => child.once('error', settle));
  throw refuse(
    `The command could not be started (${errnoOf(cause) ?? 'unknown error'}). Too many processes may run.`,
    cause,
  );
}

const refuse = (message: string, cause?: unknown) => new DrydockError('invalid_request', { message, cause });
