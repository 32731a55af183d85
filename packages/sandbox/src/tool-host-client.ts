import type { PatchCall } from '@drydock/contracts';
import type {
  Clock,
  ExecRequest,
  ExecResult,
  PatchApplied,
  SessionAnswer,
  SessionWrite,
} from '@drydock/core';
import { DrydockError } from '@drydock/core';
import { withDeadline } from './deadline.ts';
import { ExecOutput } from './exec-output.ts';
import { Serial } from './serial.ts';
import { ToolHost, type Answer, type PendingCall, type ToolHostAsk } from './tool-host.ts';
import { watchToolHost } from './watch-tool-host.ts';

/** A command that kills tool hosts this often does nothing else. */
const MAX_LOSSES = 20;
const READY_TIMEOUT_MS = 15_000;
/** Beyond a command's own deadline, which the tool host keeps. */
const EXEC_GRACE_MS = 2_000;
const FILE_TIMEOUT_MS = 30_000;
const MAX_DIR_ENTRIES = 1_000;

interface Session {
  readonly host: ToolHost;
  readonly execId: number;
  readonly output: ExecOutput;
}

interface Told {
  readonly output: ExecOutput;
  readonly sessionId: number;
  readonly outputIs: 'seen' | 'unseen';
}

export interface ToolHostLauncher {
  /** Starts a tool host in the container, its output going to `host.push`, and connects it. */
  launch(host: ToolHost): Promise<void>;
  /** Kills every process of the guest's uid, tool host and stopped processes included. */
  clear(): Promise<void>;
  /** The container has to end: a tool host broke the protocol. */
  condemn(error: Error): void;
}

/**
 * The tool host, whoever it is at the moment. It shares its uid with the code under test, which can kill or stop it:
 * the commands that ran then end as killed, and the next one gets a new tool host.
 */
export class ToolHostClient {
  readonly #launcher: ToolHostLauncher;
  readonly #clock: Clock;
  /** Starting and killing tool hosts, one at a time. */
  readonly #lives = new Serial();
  #current: ToolHost | undefined;
  /** Commands that go on, by the number that the model knows. Those of a dead tool host are dead too. */
  readonly #sessions = new Map<number, Session>();
  #lastSession = 0;
  #unknowns = 0;
  #losses = 0;
  /** Requests that keep the tool host from answering others; they have a deadline of their own. */
  #asking = 0;
  /** Whether a tool host was started since everything was last killed. */
  #mayHaveLeftovers = false;
  #violation: Error | undefined;
  readonly #watch: Parameters<typeof watchToolHost>[1];

  constructor(launcher: ToolHostLauncher, clock: Clock) {
    this.#launcher = launcher;
    this.#clock = clock;
    const whileRunning = (work: () => Promise<void>): Promise<void> => this.#lives.run(work);
    this.#watch = { clock, isBusy: () => this.#asking > 0, whileRunning };
  }

  /** Boots the first one. */
  async start(signal: AbortSignal): Promise<void> {
    await this.#host(signal);
  }

  async exec(request: ExecRequest, signal: AbortSignal): Promise<ExecResult> {
    const output = new ExecOutput(request, () => this.#clock.now());
    const host = await this.#host();
    signal.throwIfAborted();
    const call = host.call({ type: 'exec', body: toExecBody(request) }, output);
    const timeoutMs = Math.min(request.timeoutMs, request.yieldMs ?? Infinity) + EXEC_GRACE_MS;
    const answer = await this.#settle(host, call, { timeoutMs, signal, execId: call.id });
    if (answer.type === 'running') {
      this.#lastSession += 1;
      this.#sessions.set(this.#lastSession, { host, execId: call.id, output });
    }
    return this.#toResult(answer, { output, sessionId: this.#lastSession, outputIs: 'unseen' });
  }

  async writeStdin(request: SessionWrite, signal: AbortSignal): Promise<SessionAnswer> {
    const { sessionId, chars, yieldMs, maxOutputBytes } = request;
    const session = this.#sessions.get(sessionId);
    if (session === undefined) return { refused: `There is no session ${sessionId}; it has ended.` };
    const { host, execId, output } = session;
    signal.throwIfAborted();
    const call = host.call({ type: 'write', body: { execId, chars, yieldMs, maxOutputBytes } });
    const answer = await this.#settle(host, call, { timeoutMs: yieldMs + EXEC_GRACE_MS, signal, execId });
    if (answer.type === 'failed') return { refused: answer.body.message };
    if (answer.type !== 'running') this.#sessions.delete(sessionId);
    return this.#toResult(answer, { output, sessionId, outputIs: 'seen' });
  }

  /** Kills every process of the guest's uid but the tool host: sessions, and what escaped from finished commands. */
  async endSessions(signal: AbortSignal): Promise<void> {
    this.#sessions.clear();
    if (this.#current?.isAlive === true) await this.#ask({ type: 'clear', body: {} }, signal);
  }

  /** Of the workspace's own layer; different every time where the tool host does not say it. */
  async fingerprint(signal: AbortSignal): Promise<string> {
    const answer = await this.#ask({ type: 'fingerprint', body: {} }, signal);
    return answer.type === 'fingerprint' ? answer.body.digest : `unknown ${(this.#unknowns += 1)}`;
  }

  async applyPatch({ patch, workdir }: PatchCall, signal: AbortSignal): Promise<PatchApplied> {
    const answer = await this.#ask(
      { type: 'apply_patch', body: { patch, ...(workdir === undefined ? {} : { workdir }) } },
      signal,
    );
    if (answer.type === 'patched') return { kind: 'applied', changes: answer.body.changes };
    if (answer.type === 'failed') return { kind: 'mismatch', message: answer.body.message };
    const message =
      'The tool host was killed while it applied the patch. Look at the files before trying again.';
    return { kind: 'mismatch', message };
  }

  async readFile(path: string, maxBytes: number, signal: AbortSignal): Promise<Uint8Array | undefined> {
    const answer = await this.#ask({ type: 'read_file', body: { path, maxBytes } }, signal);
    return answer.type === 'file' ? Buffer.from(answer.body.data, 'base64').subarray(0, maxBytes) : undefined;
  }

  async listDir(path: string, signal: AbortSignal): Promise<readonly string[] | undefined> {
    const body = { path, maxEntries: MAX_DIR_ENTRIES };
    const answer = await this.#ask({ type: 'list_dir', body }, signal);
    return answer.type === 'dir' ? answer.body.entries.slice(0, MAX_DIR_ENTRIES) : undefined;
  }

  /**
   * Runs `work`, which begins with killing everything of the guest's uid, while there is no tool host and none is being
   * started. That loss is ours and does not count.
   */
  whileRetired<T>(work: () => Promise<T>): Promise<T> {
    return this.#lives.run(() => {
      this.#current?.abandon('ended');
      this.#current = undefined;
      this.#mayHaveLeftovers = false;
      return work();
    });
  }

  /** Runs `work` while no tool host is started or killed: it stops them all for a while. */
  whileQuiet<T>(work: () => Promise<T>): Promise<T> {
    return this.#lives.run(work);
  }

  /** A request whose answer does not depend on when it is asked is asked once more where the tool host died. */
  async #ask(ask: ToolHostAsk, signal: AbortSignal): Promise<Answer> {
    const tries = ask.type === 'apply_patch' ? 1 : 2;
    for (let attempt = 1; ; attempt += 1) {
      const host = await this.#host();
      signal.throwIfAborted();
      const answer = await this.#askOnce(host, ask, signal);
      if (answer.type !== 'died' || attempt === tries) return answer;
    }
  }

  async #askOnce(host: ToolHost, ask: ToolHostAsk, signal: AbortSignal): Promise<Answer> {
    this.#asking += 1;
    try {
      return await this.#settle(host, host.call(ask), { timeoutMs: FILE_TIMEOUT_MS, signal });
    } finally {
      this.#asking -= 1;
    }
  }

  /** Waits for the answer; past the deadline the tool host is stopped or hung, and is given up. */
  async #settle(
    host: ToolHost,
    call: PendingCall,
    limits: { timeoutMs: number; signal: AbortSignal; execId?: number },
  ): Promise<Answer> {
    const answered = new AbortController();
    if (limits.execId !== undefined) void watchToolHost(host, this.#watch, answered.signal);
    try {
      const { timeoutMs, signal } = limits;
      return await withDeadline({ clock: this.#clock, timeoutMs, outer: signal }, () => call.answer);
    } catch (error) {
      if (limits.signal.aborted) {
        await this.#cancel(host, call, limits.execId ?? call.id);
        throw error;
      }
      // Stopped or hung. What it ran is killed before the next one is started.
      host.abandon('silent');
      return { type: 'died', how: 'silent' };
    } finally {
      answered.abort();
    }
  }

  async #toResult(answer: Answer, { output, sessionId, outputIs }: Told): Promise<ExecResult> {
    if (answer.type === 'exited' || answer.type === 'running') return output.toResult(answer, sessionId);
    if (answer.type === 'failed') return output.toRefused(answer.body.message);
    // The next tool host is started here, so that a container that is gone is not taken for a killed command.
    await this.#host();
    return output.toKilled({ how: answer.type === 'died' ? answer.how : 'ended', output: outputIs });
  }

  /** An aborted command is dead when this resolves: ended by the tool host, or together with it. */
  async #cancel(host: ToolHost, call: PendingCall, execId: number): Promise<void> {
    host.call({ type: 'cancel', body: { execId } });
    try {
      await withDeadline({ clock: this.#clock, timeoutMs: EXEC_GRACE_MS }, () => call.answer);
    } catch {
      host.abandon('silent');
      // The next one is started for what comes first: killing. A sandbox that is gone has nothing left to kill.
      await this.#host().catch(() => undefined);
    }
  }

  async #host(signal?: AbortSignal): Promise<ToolHost> {
    if (this.#current?.isAlive === true) return this.#current;
    return this.#lives.run(async () => {
      // Somebody who asked before may have started one.
      if (this.#current?.isAlive !== true) this.#current = await this.#launch(signal);
      return this.#current;
    });
  }

  async #launch(outer?: AbortSignal): Promise<ToolHost> {
    if (this.#violation !== undefined) throw this.#violation;
    if (this.#mayHaveLeftovers) {
      this.#losses += 1;
      if (this.#losses > MAX_LOSSES) {
        throw new DrydockError('sandbox_lost', { message: 'The tool host was killed too often.' });
      }
      // What the last one ran must not go on beside the next one.
      await this.#launcher.clear();
    }
    this.#mayHaveLeftovers = true;
    const host = new ToolHost((error) => {
      this.#violation = error;
      this.#launcher.condemn(error);
    });
    await this.#launcher.launch(host);
    const limits = {
      clock: this.#clock,
      timeoutMs: READY_TIMEOUT_MS,
      ...(outer === undefined ? {} : { outer }),
    };
    await withDeadline(limits, () => host.ready);
    return host;
  }
}

function toExecBody(request: ExecRequest): Extract<ToolHostAsk, { type: 'exec' }>['body'] {
  const { cmd, workdir, env = {}, timeoutMs, maxOutputBytes } = request;
  const { maxStreamBytes, yieldMs, keepStdinOpen, tty } = request;
  return {
    cmd,
    workdir,
    env,
    timeoutMs,
    maxOutputBytes,
    ...(maxStreamBytes === undefined ? {} : { maxStreamBytes }),
    ...(yieldMs === undefined ? {} : { yieldMs }),
    ...(keepStdinOpen === undefined ? {} : { keepStdinOpen }),
    ...(tty === undefined ? {} : { tty }),
  };
}
