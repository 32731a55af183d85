import type { AgentFrame, AgentStart, WorkerFrame } from '@drydock/contracts';
import { DrydockError } from '@drydock/core';

type FrameOf<Type extends WorkerFrame['type']> = Extract<WorkerFrame, { type: Type }>;
type Request = Extract<AgentFrame, { id: number }>;
type Answer = Exclude<WorkerFrame, FrameOf<'start' | 'stop'>>;

/** Why a request has no answer: the worker could not serve it, or wants the loop to end. */
export type GivenUp = FrameOf<'request.failed' | 'stop'>;

interface Waiting {
  readonly id: number;
  readonly type: Answer['type'];
  readonly resolve: (answer: WorkerFrame) => void;
}

/**
 * The agent's end of the line to the worker. One request at a time; it waits without a deadline of its own, because the
 * worker owns every deadline and this process ends with the worker (`serveStdio`).
 */
export class WorkerLine {
  readonly #send: (frame: AgentFrame) => void;
  readonly #start = Promise.withResolvers<AgentStart>();
  #isStarted = false;
  #stop: FrameOf<'stop'> | undefined;
  #waiting: Waiting | undefined;
  #lastId = 0;

  constructor(send: (frame: AgentFrame) => void) {
    this.#send = send;
  }

  /** The job, when it is known; it may never be. */
  get started(): Promise<AgentStart> {
    return this.#start.promise;
  }

  complete(
    body: Extract<AgentFrame, { type: 'model.complete' }>['body'],
  ): Promise<FrameOf<'model.turn'> | GivenUp> {
    return this.#ask({ type: 'model.complete', id: this.#nextId(), body }, 'model.turn');
  }

  call(callId: string): Promise<FrameOf<'tool.observation'> | GivenUp> {
    return this.#ask({ type: 'tool.call', id: this.#nextId(), body: { callId } }, 'tool.observation');
  }

  /** Takes a frame of the worker. Throws `protocol_error` where it answers nothing that was asked. */
  receive(frame: WorkerFrame): void {
    switch (frame.type) {
      case 'start':
        if (this.#isStarted) throw unexpected(frame);
        this.#isStarted = true;
        this.#start.resolve(frame.body);
        return;
      case 'stop':
        this.#stop = frame;
        this.#waiting?.resolve(frame);
        this.#waiting = undefined;
        return;
      case 'model.turn':
      case 'tool.observation':
      case 'request.failed':
        this.#receiveAnswer(frame);
    }
  }

  #receiveAnswer(frame: Answer): void {
    // The answer to what was given up on when the worker said stop may still be on its way.
    if (this.#stop !== undefined) return;
    const waiting = this.#waiting;
    const fits = frame.id === waiting?.id && (frame.type === 'request.failed' || frame.type === waiting.type);
    if (waiting === undefined || !fits) throw unexpected(frame);
    this.#waiting = undefined;
    waiting.resolve(frame);
  }

  #ask<Type extends Answer['type']>(request: Request, type: Type): Promise<FrameOf<Type> | GivenUp> {
    if (this.#stop !== undefined) return Promise.resolve(this.#stop);
    if (this.#waiting !== undefined)
      throw new DrydockError('internal_error', { message: 'Two requests at once.' });
    return new Promise((resolve) => {
      // `receive` has checked that only a frame of this type, a failure or a stop gets here.
      this.#waiting = { id: request.id, type, resolve: (frame) => resolve(frame as FrameOf<Type> | GivenUp) };
      this.#send(request);
    });
  }

  #nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }
}

const unexpected = (frame: WorkerFrame) =>
  new DrydockError('protocol_error', {
    message: `The worker sent ${frame.type} where nothing asked for it.`,
  });
