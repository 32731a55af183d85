import type { ToolHostRequest, ToolHostResponse } from '@drydock/contracts';
import { DrydockError } from '@drydock/core';
import { startCommand, type Command, type CommandEnd, type CommandHost } from './command.ts';

const MAX_COMMANDS = 64;

type Request<Type extends ToolHostRequest['type']> = Extract<ToolHostRequest, { type: Type }>;

interface Live {
  readonly cancel: AbortController;
  command: Command | undefined;
  hasEnded: boolean;
}

interface Look {
  readonly id: number;
  readonly execId: number;
  readonly command: Command;
  readonly yieldMs: number | undefined;
  readonly maxOutputBytes: number;
}

/** The commands that run, and those whose end nobody has asked for yet, by the id of the request that started them. */
export class LiveCommands {
  readonly #host: CommandHost;
  readonly #send: (response: ToolHostResponse) => void;
  readonly #live = new Map<number, Live>();

  constructor(host: CommandHost, send: (response: ToolHostResponse) => void) {
    this.#host = host;
    this.#send = send;
  }

  /** Runs a command to its end, or to its yield. Throws `invalid_request`, written for the model. */
  async exec({ id, body }: Request<'exec'>): Promise<ToolHostResponse> {
    this.#makeRoom();
    const live: Live = { cancel: new AbortController(), command: undefined, hasEnded: false };
    this.#live.set(id, live);
    try {
      const onOutput = (bytes: Uint8Array): void =>
        this.#send({ type: 'output', id, body: { data: Buffer.from(bytes).toString('base64') } });
      const command = await startCommand(this.#host, { body, onOutput, cancelled: live.cancel.signal });
      live.command = command;
      void command.ended.then((end) =>
        this.#noteEnd({ id, live, isSession: body.yieldMs !== undefined }, end),
      );
      const { yieldMs, maxOutputBytes } = body;
      return await this.#look({ id, execId: id, command, yieldMs, maxOutputBytes });
    } catch (cause) {
      this.#live.delete(id);
      throw cause;
    }
  }

  /** Writes to a command that goes on, and waits for its end or its yield. Throws as `exec` does. */
  async write({ id, body }: Request<'write'>): Promise<ToolHostResponse> {
    const { execId, chars, yieldMs, maxOutputBytes } = body;
    const live = this.#live.get(execId);
    if (live?.command === undefined) {
      throw new DrydockError('invalid_request', {
        message: 'The command has ended, and its end was answered.',
      });
    }
    if (!live.hasEnded) live.command.write(chars);
    return this.#look({ id, execId, command: live.command, yieldMs, maxOutputBytes });
  }

  /** Kills a command; it is answered as usual. */
  cancel(execId: number): void {
    this.#live.get(execId)?.cancel.abort();
  }

  async #look({ id, execId, command, yieldMs, maxOutputBytes }: Look): Promise<ToolHostResponse> {
    const { clock } = this.#host;
    const released = new AbortController();
    const end = await (yieldMs === undefined
      ? command.ended
      : Promise.race([command.ended, clock.sleep(yieldMs, released.signal).catch(() => undefined)]));
    released.abort();
    const output = command.output.take(maxOutputBytes);
    if (end === undefined) {
      return { type: 'running', id, body: { durationMs: clock.now() - command.startedAt, ...output } };
    }
    this.#live.delete(execId);
    return { type: 'exited', id, body: { ...end, ...output } };
  }

  #noteEnd({ id, live, isSession }: { id: number; live: Live; isSession: boolean }, end: CommandEnd): void {
    live.hasEnded = true;
    if (!isSession || live.command === undefined) return;
    live.command.output.flush();
    this.#send({ type: 'ended', id, body: { ...end, totalBytes: live.command.output.totalBytes } });
  }

  /** Ended ones make room, the oldest first: they wait for a question that may never come. */
  #makeRoom(): void {
    if (this.#live.size < MAX_COMMANDS) return;
    const ended = [...this.#live].find(([, { hasEnded }]) => hasEnded);
    if (ended === undefined) {
      throw new DrydockError('invalid_request', {
        message: `${MAX_COMMANDS} commands are running already. End one first: write \\u0003 to its session.`,
      });
    }
    this.#live.delete(ended[0]);
  }
}
