import type {
  AgentFrame,
  AgentStart,
  ModelTurnBody,
  Observation,
  ToolCall,
  WorkerFrame,
} from '@drydock/contracts';
import { AgentFrame as AgentFrameSchema } from '@drydock/contracts';
import { runLoop } from '../src/run-loop.ts';
import type { Finished } from '../src/run-loop.ts';
import { WorkerLine } from '../src/worker-line.ts';

export type Completion = Extract<AgentFrame, { type: 'model.complete' }>['body'];
type Answer = ModelTurnBody | Observation | Failure;

interface Failure {
  readonly kind: 'failure';
  readonly code: string;
}

export const failure: Failure = { kind: 'failure', code: 'model_unavailable' };

/** A turn of the model that makes these calls. */
export function turn(calls: readonly string[], rest: Partial<ModelTurnBody> = {}): ModelTurnBody {
  const toolCalls: ToolCall[] = calls.map((name) => ({
    callId: `call-${name}`,
    name,
    input: '{}',
    form: 'function',
  }));
  return { text: '', toolCalls, status: 'completed', ...rest };
}

export const start: AgentStart = {
  kind: 'fix',
  instruction: 'Fix it.',
  tools: ['code_interpreter'],
  maxTurns: 10,
  workdir: '/job/work',
  date: '2026-11-21',
};

/** The worker's end of the frame port: gives written answers, in order, and keeps what it was asked. */
export class ScriptedWorker {
  readonly asked: AgentFrame[] = [];
  readonly line: WorkerLine;
  readonly #answers: Answer[];

  constructor(...answers: Answer[]) {
    this.#answers = answers;
    this.line = new WorkerLine((frame) => this.#receive(frame));
  }

  get completions(): Completion[] {
    return this.asked.flatMap((frame) => (frame.type === 'model.complete' ? [frame.body] : []));
  }

  get calls(): string[] {
    return this.asked.flatMap((frame) => (frame.type === 'tool.call' ? [frame.body.callId] : []));
  }

  run(changes: Partial<AgentStart> = {}): Promise<Finished> {
    return runLoop({ ...start, ...changes }, this.line, 'bash');
  }

  #receive(frame: AgentFrame): void {
    this.asked.push(AgentFrameSchema.parse(frame));
    const answer = this.#answers.shift();
    if (answer === undefined || !('id' in frame)) return;
    queueMicrotask(() => this.line.receive(toFrame(frame.id, answer)));
  }
}

function toFrame(id: number, answer: Answer): WorkerFrame {
  if ('status' in answer) return { type: 'model.turn', id, body: answer };
  if (answer.kind === 'failure')
    return { type: 'request.failed', id, body: { code: answer.code, message: 'no' } };
  return { type: 'tool.observation', id, body: answer };
}
