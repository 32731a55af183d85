import type { AgentFrame, JobSpec, Observation, WorkerFrame } from '@drydock/contracts';
import type { ModelTurn, Outcome } from '@drydock/core';
import { Budget, DrydockError, NO_USAGE } from '@drydock/core';
import { describe, expect, it } from 'vitest';
import { Conversation } from './conversation.ts';
import type { EventSink } from './event-sink.ts';
import { serveAgent } from './serve-agent.ts';

const CALL = { callId: 'c1', name: 'exec_command', input: '{"cmd":"ls"}', form: 'function' } as const;
const TURN: ModelTurn = {
  items: [{ type: 'tool_call', call: CALL }],
  text: '',
  toolCalls: [CALL],
  status: 'completed',
  usage: { ...NO_USAGE, input_tokens: 10 },
  temperatureIgnored: false,
};
const SUBMISSION = { summary: 'done', changes: [] };
const complete = (id: number): AgentFrame => ({
  type: 'model.complete',
  id,
  body: { instructions: 'be good', append: [], tools: [] },
});
const finished = (
  reason: 'submitted' | 'turns_exhausted' | 'no_submission' | 'request_failed',
): AgentFrame => ({
  type: 'finished',
  body: { reason, detail: '' },
});

interface Script {
  readonly frames: readonly AgentFrame[];
  readonly model?: () => Promise<ModelTurn>;
  readonly maxTurns?: number;
  readonly submitted?: boolean;
  readonly sliceOver?: boolean;
}

/** Serves an agent that sends these frames whatever it is answered: the worst kind. */
async function serve({ frames, model, maxTurns, submitted, sliceOver }: Script) {
  const sent: WorkerFrame[] = [];
  const ran: string[] = [];
  const outcome: Outcome = await serveAgent(
    {
      start: {
        kind: 'fix',
        instruction: 'fix it',
        tools: ['code_interpreter'],
        maxTurns: 5,
        workdir: '/job/work',
        date: '2026-01-01',
      },
      spec: { model: 'm', max_tokens: 100 } as JobSpec,
      cacheKey: 'k',
      agent: {
        send: (frame) => void sent.push(frame),
        async *frames() {
          yield* frames;
        },
      },
      models: { complete: model ?? (() => Promise.resolve(TURN)) },
      conversation: new Conversation(),
      toolbox: {
        run: async (call): Promise<Observation> => {
          ran.push(call.input);
          return { kind: 'plan_updated' };
        },
        submission: submitted ? SUBMISSION : undefined,
        isSliceOver: sliceOver === true,
        safeMode: undefined,
      },
      budget: new Budget({ max_turns: maxTurns ?? 5, max_tokens_total: 1_000 }),
      events: { emit: () => {} } as unknown as EventSink,
      onTurn: () => {},
      saveTurn: async () => {},
    },
    AbortSignal.timeout(5_000),
  );
  return { outcome, frames: sent, sent: sent.map((frame) => frame.type), ran };
}

describe('serving an agent process', () => {
  it('answers a turn and a tool call, in order', async () => {
    const frames = [
      complete(1),
      { type: 'tool.call', id: 2, body: { callId: 'c1' } } as const,
      finished('submitted'),
    ];
    expect(await serve({ frames, submitted: true })).toMatchObject({
      outcome: { kind: 'submitted', submission: SUBMISSION },
      sent: ['start', 'model.turn', 'tool.observation'],
      ran: ['{"cmd":"ls"}'],
    });
  });

  it('takes calls of one id and a megabyte of arguments: each is run once, and the agent is shown no input', async () => {
    const large = { ...CALL, input: 'x'.repeat(1 << 20) };
    const items = [large, CALL].map((call) => ({ type: 'tool_call' as const, call }));
    const model = () => Promise.resolve({ ...TURN, items, toolCalls: [large, CALL] });
    const call = (id: number, callId: string) => ({ type: 'tool.call', id, body: { callId } }) as const;
    const frames = [complete(1), call(2, 'c1'), call(3, 'c1_2'), finished('submitted')];
    const { frames: sent, ran } = await serve({ frames, model, submitted: true });
    const { name, form } = CALL;
    expect(sent[1]).toEqual({
      type: 'model.turn',
      id: 1,
      body: {
        text: '',
        status: 'completed',
        toolCalls: ['c1', 'c1_2'].map((callId) => ({ callId, name, form })),
      },
    });
    expect(sent).toHaveLength(4);
    expect(ran).toEqual([large.input, CALL.input]);
  });

  it('does not believe a submission that the worker has not recorded', async () => {
    const { outcome } = await serve({ frames: [finished('submitted')] });
    expect(outcome).toMatchObject({ kind: 'failed', code: 'no_submission' });
  });

  it('ends where a slice ended, once all that the turn came to is said, and asks the model no more', async () => {
    let calls = 0;
    const model = () => {
      calls += 1;
      return Promise.resolve(TURN);
    };
    const { outcome, sent } = await serve({ frames: [complete(1)], model, sliceOver: true });
    expect([outcome, sent, calls]).toEqual([{ kind: 'checkpointed' }, ['start'], 0]);
  });

  it('refuses a tool call that the model did not make, and runs nothing', async () => {
    const forged = { type: 'tool.call', id: 1, body: { callId: 'forged' } } as const;
    await expect(serve({ frames: [forged] })).rejects.toMatchObject({ code: 'protocol_error' });
  });

  it('makes no model call beyond the budget, however often the agent asks', async () => {
    let calls = 0;
    const model = () => {
      calls += 1;
      return Promise.resolve(TURN);
    };
    const frames = [complete(1), complete(2), complete(3), finished('request_failed')];
    const { outcome, sent } = await serve({ frames, model, maxTurns: 1 });
    expect(calls).toBe(1);
    expect(outcome).toEqual({ kind: 'budget_exhausted', limit: 'max_turns' });
    expect(sent).toEqual(['start', 'model.turn', 'request.failed']);
  });

  it('ends an agent that asks again after a failed call, instead of calling again and again', async () => {
    let calls = 0;
    const model = () => {
      calls += 1;
      return Promise.reject(new DrydockError('model_error'));
    };
    const frames = [1, 2, 3, 4].map(complete);
    const { outcome } = await serve({ frames, model });
    expect(outcome).toMatchObject({ kind: 'failed', code: 'model_error' });
    expect(calls).toBe(1);
  });

  it('ends with the error of the model server when the agent gives up on it', async () => {
    const model = () => Promise.reject(new DrydockError('model_auth'));
    const { outcome } = await serve({ frames: [complete(1), finished('request_failed')], model });
    expect(outcome).toMatchObject({ kind: 'failed', code: 'model_auth' });
  });

  it('says sandbox_lost when the agent process just ends', async () => {
    await expect(serve({ frames: [complete(1)] })).rejects.toMatchObject({ code: 'sandbox_lost' });
  });
});
