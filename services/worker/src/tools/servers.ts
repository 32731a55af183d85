import type { Observation, ServerStartArgs } from '@drydock/contracts';
import { ExecCommandArgs, LoopbackAnswer } from '@drydock/contracts';
import type { Clock, CommandEnd, Sandbox } from '@drydock/core';
import type { CommandGate } from '../gate/command-gate.ts';
import type { OwnToolOptions, ToolPrograms } from './tool-programs.ts';
import type { ToolCallContext } from './tool-set.ts';
import { KeptLog } from './kept-log.ts';
import { refused } from './tool-set.ts';
import { traceCommand } from './trace-command.ts';

export interface ServersOptions extends OwnToolOptions {
  readonly sandbox: Pick<Sandbox, 'exec' | 'writeStdin'>;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  readonly gate: Pick<CommandGate, 'admit'>;
}

/** A server, running or not: its log is read after its end, too. */
export interface Server {
  readonly number: number;
  readonly cmd: string;
  readonly port: number;
  readonly log: KeptLog;
  end: CommandEnd | undefined;
  sessionId: number | undefined;
}

/** `seen`: what was met last while it was waited for, in words. */
export type Started =
  | { readonly kind: 'started'; readonly server: Server; readonly isReady: boolean; readonly seen: string }
  | { readonly kind: 'refused'; readonly observation: Observation };

const MAX_LIVE = 4;
/** Servers whose logs are kept. */
const MAX_KEPT = 16;
/** Of one server; what it prints behind is kept nowhere. */
const MAX_LOG_BYTES = 2 << 20;
/** Of all servers of a job: as much as those that run may print, so that only one that ended ever has to go. */
const MAX_LOGS_BYTES = MAX_LIVE * MAX_LOG_BYTES;
const WORKDIR = '/job/work';
const YIELD_MS = 250;
const LOG_POLL_MS = 100;
const SETTLE_MS = 150;
const STOP_MS = 2_000;
const INTERRUPT_KEY = '\u0003';

/** The servers that a job runs in its sandbox: sessions of their own, which end with the stage or the attempt. */
export class Servers {
  readonly #options: ServersOptions;
  readonly #programs: Pick<ToolPrograms, 'run' | 'timeLeft'>;
  readonly #servers = new Map<number, Server>();
  #last = 0;

  constructor(options: ServersOptions, programs: Pick<ToolPrograms, 'run' | 'timeLeft'>) {
    this.#options = options;
    this.#programs = programs;
  }

  /** Whether one runs that may write to the workspace at any time. */
  get isBusy(): boolean {
    return this.#live.length > 0;
  }

  /** Held in memory of all that the servers printed. */
  get logBytes(): number {
    return [...this.#servers.values()].reduce((all, { log }) => all + log.byteLength, 0);
  }

  find(number: number): Server | undefined {
    return this.#servers.get(number);
  }

  async start(args: ServerStartArgs, { callId, signal }: ToolCallContext): Promise<Started> {
    const { gate, slice } = this.#options;
    if (slice.isLimited) return refuse('no_background', 'In this tier a command is a part of its turn.');
    if (this.#live.length >= MAX_LIVE) {
      const numbers = this.#live.map(({ number }) => number).join(', ');
      return refuse('too_many', `Servers ${numbers} are running: stop one first.`);
    }
    const { cmd, workdir = WORKDIR } = args;
    const call = { callId, tool: 'server_start', cmd, workdir };
    const admission = await gate.admit(call, ExecCommandArgs.parse({ cmd, workdir }), signal);
    if (admission.kind === 'refused') return admission;
    const ended = new AbortController();
    const server = this.#add(args);
    await this.#launch(server, { ...admission, workdir, callId, ended }, signal);
    return {
      kind: 'started',
      server,
      ...(await this.#waitUntilReady(server, { args, callId, ended }, signal)),
    };
  }

  /** Waits a moment for what it has printed and is still on its way. */
  async settle({ end, sessionId }: Server, signal: AbortSignal): Promise<void> {
    if (end !== undefined || sessionId === undefined) return;
    const look = { sessionId, chars: '', yieldMs: SETTLE_MS, maxOutputBytes: 1_024 };
    await this.#options.sandbox.writeStdin(look, signal);
  }

  /** Interrupts it, and kills it where it goes on. */
  async stop(server: Server, signal: AbortSignal): Promise<void> {
    const { sessionId } = server;
    if (server.end !== undefined || sessionId === undefined) return;
    const { sandbox } = this.#options;
    const write = { sessionId, chars: INTERRUPT_KEY, yieldMs: STOP_MS, maxOutputBytes: 1_024 };
    const answer = await sandbox.writeStdin(write, signal);
    if ('refused' in answer || answer.sessionId === undefined) return;
    // Nobody waits any more: that is how a command is killed, with all that descends from it.
    const kill = new AbortController();
    const given = sandbox.writeStdin({ ...write, chars: '' }, AbortSignal.any([signal, kill.signal]));
    kill.abort();
    await given.catch((error: unknown) => {
      if (signal.aborted) throw error;
    });
  }

  get #live(): readonly Server[] {
    return [...this.#servers.values()].filter(({ end }) => end === undefined);
  }

  #add({ cmd, port }: ServerStartArgs): Server {
    this.#last += 1;
    const log = new KeptLog(MAX_LOG_BYTES);
    const server: Server = { number: this.#last, cmd, port, log, end: undefined, sessionId: undefined };
    this.#servers.set(server.number, server);
    this.#forgetOldest();
    return server;
  }

  /** Those that ended, from the oldest, until there is room. */
  #forgetOldest(): void {
    for (const { number, end } of this.#servers.values()) {
      if (this.#servers.size <= MAX_KEPT && this.logBytes <= MAX_LOGS_BYTES) return;
      if (end !== undefined) this.#servers.delete(number);
    }
  }

  async #launch(server: Server, launch: Launch, signal: AbortSignal): Promise<void> {
    const { callId, workdir, env, end, ended } = launch;
    const { cmd } = server;
    const trace = traceCommand(this.#options, {
      callId,
      cmd,
      workdir,
      onOutput: (text) => {
        server.log.append(text);
        this.#forgetOldest();
      },
      onEnded: (how) => {
        server.end = how;
        server.log.seal();
        end();
        ended.abort();
      },
    });
    const { onOutput, onEnded } = trace;
    const limits = { timeoutMs: this.#programs.timeLeft(Infinity), maxOutputBytes: 1_024, yieldMs: YIELD_MS };
    const request = { cmd, workdir, env, ...limits, maxStreamBytes: MAX_LOG_BYTES, onOutput, onEnded };
    server.sessionId = (await this.#options.sandbox.exec(request, signal)).sessionId;
  }

  async #waitUntilReady(
    server: Server,
    { args, callId, ended }: { args: ServerStartArgs; callId: string; ended: AbortController },
    signal: AbortSignal,
  ): Promise<{ isReady: boolean; seen: string }> {
    if (server.end !== undefined) return { isReady: false, seen: 'it ended' };
    const { clock } = this.#options;
    const endsAt = clock.now() + this.#programs.timeLeft(args.timeout_seconds * 1_000);
    const { port, ready_path: path, ready_log: text } = args;
    const timeoutMs = Math.max(1, Math.ceil(endsAt - clock.now()));
    const met = await this.#waitForPort({ port, path, timeoutMs }, { callId, ended }, signal);
    if (!met.isReady || text === undefined) return met;
    while (server.end === undefined && !server.log.includes(text)) {
      if (clock.now() >= endsAt)
        return { isReady: false, seen: `it has not printed ${JSON.stringify(text)}` };
      await clock.sleep(LOG_POLL_MS, signal);
    }
    return server.end === undefined ? met : { isReady: false, seen: 'it ended' };
  }

  /** Given up when the server ends. */
  async #waitForPort(
    query: { readonly port: number; readonly path: string | undefined; readonly timeoutMs: number },
    { callId, ended }: { callId: string; ended: AbortController },
    signal: AbortSignal,
  ): Promise<{ isReady: boolean; seen: string }> {
    const call = {
      callId,
      program: 'probe-server',
      request: { type: 'wait', ...query },
      schema: LoopbackAnswer,
      title: `wait for 127.0.0.1:${query.port}${query.path ?? ''}`,
      timeoutMs: query.timeoutMs + 5_000,
    } as const;
    try {
      const answer = await this.#programs.run(call, AbortSignal.any([signal, ended.signal]));
      return 'kind' in answer || answer.type !== 'wait'
        ? { isReady: false, seen: 'it could not be waited for' }
        : answer;
    } catch (error) {
      if (!ended.signal.aborted || signal.aborted) throw error;
      return { isReady: false, seen: 'it ended' };
    }
  }
}

interface Launch {
  readonly callId: string;
  readonly workdir: string;
  readonly env: Readonly<Record<string, string>>;
  readonly end: () => void;
  readonly ended: AbortController;
}

const refuse = (reason: string, message: string): Started => ({
  kind: 'refused',
  observation: refused(reason, message),
});
