import type { AgentFrame, JobEventBody, JobLimits, Observation, WorkerFrame } from '@drydock/contracts';
import type { ModelProfile, ModelRequest, ModelTurn, Outcome } from '@drydock/core';
import { Budget, DrydockError, NO_USAGE } from '@drydock/core';
import { describe, expect, it } from 'vitest';
import { Conversation } from '../conversation/conversation.ts';
import { Compactor } from '../conversation/compactor.ts';
import { ModelCaller } from './model-caller.ts';
import { serveAgent } from './serve-agent.ts';
import { Spending } from './spending.ts';

const CALL = { callId: 'c1', name: 'exec_command', input: '{"cmd":"ls"}', form: 'function' } as const;
const TURN: ModelTurn = {
  items: [{ type: 'tool_call', call: CALL }],
  text: '',
  toolCalls: [CALL],
  status: 'completed',
  usage: { ...NO_USAGE, input_tokens: 10 },
  usageEstimated: false,
  notTaken: [],
};
const PROFILE: ModelProfile = {
  freeformTools: true,
  parallelTools: true,
  vision: false,
  reasoningEfforts: [],
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
  readonly model?: (request: ModelRequest) => Promise<ModelTurn>;
  readonly maxTurns?: number;
  readonly limits?: Partial<JobLimits>;
  readonly submitted?: boolean;
  readonly sliceOver?: boolean;
  readonly stuck?: string;
  readonly notes?: string[];
  readonly limitTokens?: number;
}

/** Serves an agent that sends these frames whatever it is answered: the worst kind. */
async function serve(script: Script) {
  const { frames, model, maxTurns, limits, submitted, sliceOver, stuck, notes, limitTokens } = script;
  const conversation = new Conversation();
  const events: JobEventBody[] = [];
  const sink = { emit: (event: JobEventBody) => void events.push(event) };
  const models = { describe: () => PROFILE, complete: model ?? (() => Promise.resolve(TURN)) };
  const sent: WorkerFrame[] = [];
  const ran: string[] = [];
  const caller = new ModelCaller({
    spec: { model: 'm', max_tokens: 100, temperature: undefined },
    cacheKey: 'k',
    models,
    spending: new Spending(
      new Budget({ max_turns: maxTurns ?? 5, max_tokens_total: 1_000, ...limits }),
      models,
    ),
    events: sink,
    deadlineAt: 60_000,
    onTurn: () => {},
  });
  const compactor = new Compactor({
    conversation,
    caller,
    limitTokens: limitTokens ?? Infinity,
    describeWork: () => 'Plan:\n- [x] look',
    stage: () => 'running',
    pinned: new Set(),
    onCompacted: ({ before, after }) =>
      sink.emit({ type: 'conversation.compacted', data: { before_tokens: before, after_tokens: after } }),
  });
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
      agent: {
        send: (frame) => void sent.push(frame),
        async *frames() {
          yield* frames;
        },
      },
      caller,
      compactor,
      conversation,
      toolbox: {
        run: async (call): Promise<Observation> => {
          ran.push(call.input);
          return { kind: 'plan_updated' };
        },
        submission: submitted ? SUBMISSION : undefined,
        isSliceOver: sliceOver === true,
        safeMode: undefined,
        stuck,
        takeNotes: () => notes?.splice(0) ?? [],
        startTurn: () => {},
      },
      events: sink,
      saveTurn: async () => {},
      hearMessages: async () => {},
    },
    AbortSignal.timeout(5_000),
  );
  const told = sent.map((frame) => frame.type);
  return { outcome, frames: sent, sent: told, ran, items: conversation.items, events };
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

  it('tells the model once what the platform has to say, behind what the agent adds', async () => {
    const said = { type: 'message', role: 'user', text: 'go on' } as const;
    const asks = complete(1);
    const frames = [{ ...asks, body: { ...asks.body, append: [said] } }, complete(2)] as AgentFrame[];
    const { items } = await serve({ frames: [...frames, finished('submitted')], notes: ['You repeat it.'] });
    expect(items.filter(({ type }) => type === 'message')).toEqual([
      said,
      { type: 'message', role: 'developer', text: 'You repeat it.' },
    ]);
  });

  it('ends a model that goes in circles, and asks it no more', async () => {
    const { outcome, sent } = await serve({ frames: [complete(1)], stuck: 'Six times.' });
    expect([outcome, sent]).toEqual([
      { kind: 'failed', code: 'agent_stuck', message: 'Six times.' },
      ['start'],
    ]);
  });

  describe('a conversation that is too long', () => {
    const task = { type: 'message', role: 'user', text: 'mend it' } as const;
    const asks = {
      ...complete(1),
      body: { instructions: 'be good', append: [task], tools: [] },
    } as AgentFrame;
    const said: ModelTurn = { ...TURN, items: [], toolCalls: [], text: 'Half done.' };
    const overflow = new DrydockError('model_context_overflow');
    const short = [
      task,
      { type: 'message', role: 'user', text: expect.stringContaining('- [x] look') },
      { type: 'message', role: 'user', text: expect.stringContaining('Half done.') },
    ];

    it('is summarised by the model when its server says so, and the turn goes on', async () => {
      const asked: ModelRequest[] = [];
      const model = (request: ModelRequest) => {
        asked.push({ ...request, transcript: [...request.transcript] });
        return asked.length === 1
          ? Promise.reject(overflow)
          : Promise.resolve(asked.length === 2 ? said : TURN);
      };
      const { sent, events } = await serve({ frames: [asks, finished('submitted')], model, submitted: true });
      expect(sent).toEqual(['start', 'model.turn']);
      const [, handOver, next] = asked.map(({ transcript }) => transcript);
      expect(handOver?.at(-1)).toMatchObject({ role: 'user', text: expect.stringMatching(/hand-over/) });
      expect(next).toEqual(short);
      expect(events.map(({ type }) => type)).toEqual([
        'usage.charged',
        'conversation.compacted',
        'usage.charged',
      ]);
    });

    it('is summarised before the turn where it is over the limit, and not in every turn', async () => {
      const asked: ModelRequest[] = [];
      const model = (request: ModelRequest) => {
        asked.push(request);
        return Promise.resolve(asked.length === 1 ? said : TURN);
      };
      const frames = [asks, complete(2), complete(3), finished('submitted')];
      const { items } = await serve({ frames, model, submitted: true, limitTokens: 20, maxTurns: 9 });
      expect(asked).toHaveLength(4);
      expect(items.slice(0, 3)).toEqual(short);
    });

    it('goes on from the record alone where not even the summary can be asked for', async () => {
      let calls = 0;
      const model = (request: ModelRequest) => {
        calls += 1;
        return request.transcript.length === 3 ? Promise.resolve(TURN) : Promise.reject(overflow);
      };
      const { sent, items } = await serve({
        frames: [asks, finished('submitted')],
        model,
        submitted: true,
        maxTurns: 20,
      });
      expect([sent, calls]).toEqual([['start', 'model.turn'], 6]);
      expect(items[2]).toMatchObject({ text: expect.stringContaining('There is none') });
    });

    it('ends the job where the server says so again', async () => {
      const model = () => Promise.reject(overflow);
      const { outcome } = await serve({ frames: [asks, finished('request_failed')], model, maxTurns: 20 });
      expect(outcome).toMatchObject({ kind: 'failed', code: 'model_context_overflow' });
    });
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

  it('asks for no more than the budget has left, and says until when', async () => {
    const asked: [number, number | undefined][] = [];
    const model = ({ maxOutputTokens, deadlineAt }: ModelRequest) => {
      asked.push([maxOutputTokens, deadlineAt]);
      return Promise.resolve(TURN);
    };
    await serve({
      frames: [complete(1), finished('no_submission')],
      model,
      limits: { max_tokens_total: 60 },
    });
    expect(asked).toEqual([[expect.any(Number), 60_000]]);
    expect(asked[0]?.[0]).toBeLessThan(60);
  });

  it('makes no call that could pass the budget', async () => {
    const model = () => Promise.reject(new Error('it was asked'));
    const frames = [complete(1), finished('request_failed')];
    const { outcome } = await serve({ frames, model, limits: { max_tokens_total: 20 } });
    expect(outcome).toEqual({ kind: 'budget_exhausted', limit: 'max_tokens_total' });
  });

  it('makes no call at an unknown price where the job limits its cost', async () => {
    const model = () => Promise.reject(new Error('it was asked'));
    const frames = [complete(1), finished('request_failed')];
    const { outcome } = await serve({ frames, model, limits: { max_cost_usd: 1 } });
    expect(outcome).toMatchObject({ kind: 'failed', code: 'model_price_unknown' });
  });

  it.each([
    ['refusal', 'model_refused'],
    ['content_filter', 'model_content_filtered'],
  ] as const)('ends with a code of its own where the model stopped at a %s', async (cause, code) => {
    const refused: ModelTurn = {
      ...TURN,
      items: [],
      toolCalls: [],
      text: 'I cannot.',
      status: 'refused',
      cause,
    };
    const frames = [complete(1), complete(2), finished('no_submission')];
    const { outcome } = await serve({ frames, model: () => Promise.resolve(refused) });
    expect(outcome).toMatchObject({ kind: 'failed', code });
  });

  it('says sandbox_lost when the agent process just ends', async () => {
    await expect(serve({ frames: [complete(1)] })).rejects.toMatchObject({ code: 'sandbox_lost' });
  });
});
