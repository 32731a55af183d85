import type { AgentFrame, AgentStart, JobSpec, ToolCall } from '@drydock/contracts';
import type { Budget, LimitKind, ModelGateway, ModelTurn, Outcome, Sandbox } from '@drydock/core';
import { DrydockError, toDrydockError } from '@drydock/core';
import type { Conversation } from './conversation.ts';
import type { EventSink } from './event-sink.ts';
import type { Toolbox } from './tools/toolbox.ts';

/** Codex models answer best when nothing is left to chance; models that take no temperature are not sent one. */
const DEFAULT_TEMPERATURE = 0.2;

export interface AgentSession {
  readonly start: AgentStart;
  readonly spec: JobSpec;
  readonly cacheKey: string;
  readonly agent: Sandbox['agent'];
  readonly models: ModelGateway;
  readonly conversation: Conversation;
  readonly toolbox: Pick<Toolbox, 'run' | 'submission' | 'isSliceOver' | 'safeMode'>;
  readonly budget: Budget;
  readonly events: EventSink;
  readonly onTurn: (turn: ModelTurn) => void;
  /** Saves the turn that has ended; never rejects. Works while the model thinks about the next one. */
  readonly saveTurn: (signal: AbortSignal) => Promise<void>;
}

type Request = Extract<AgentFrame, { id: number }>;
type Finished = Extract<AgentFrame, { type: 'finished' }>;

/**
 * Serves the agent process of one attempt until it has finished: model calls within the budget, tool calls after a
 * decision. Requests are answered one by one, in order.
 */
export async function serveAgent(session: AgentSession, signal: AbortSignal): Promise<Outcome> {
  let refusal: Outcome | undefined;
  session.agent.send({ type: 'start', body: session.start });
  for await (const frame of session.agent.frames(signal)) {
    switch (frame.type) {
      case 'ready':
        throw new DrydockError('protocol_error', { message: 'The agent said ready twice.' });
      case 'model.complete':
        // An agent that was refused has to finish: asking again would be a loop that nothing bounds.
        if (refusal !== undefined) return refusal;
        // All that the turn came to is said by now: the transcript ends with a whole turn.
        if (session.toolbox.safeMode !== undefined) return toSafeMode(session.toolbox.safeMode);
        if (session.toolbox.isSliceOver) {
          session.conversation.append(frame.body.append);
          return { kind: 'checkpointed' };
        }
        refusal = await answerCompletion(session, frame, signal);
        break;
      case 'tool.call':
        await answerToolCall(session, frame, signal);
        break;
      case 'finished':
        return toOutcome(session, frame, refusal);
    }
  }
  signal.throwIfAborted();
  throw new DrydockError('sandbox_lost', { message: 'The agent process ended before it had finished.' });
}

type Complete = Extract<Request, { type: 'model.complete' }>;

/** Makes one model call; resolves with the outcome that the attempt has if the agent gives up on a refusal. */
async function answerCompletion(
  session: AgentSession,
  frame: Complete,
  signal: AbortSignal,
): Promise<Outcome | undefined> {
  const limit = session.budget.exceededLimit();
  if (limit !== undefined) return refuseCompletion(session, frame.id, limit);
  session.conversation.append(frame.body.append);
  session.budget.startTurn();
  try {
    const turn = await completeTurn(session, frame, signal);
    const toolCalls = recordTurn(session, turn).map(({ callId, name, form }) => ({ callId, name, form }));
    const { text, status } = turn;
    session.agent.send({ type: 'model.turn', id: frame.id, body: { text, toolCalls, status } });
    return undefined;
  } catch (cause) {
    signal.throwIfAborted();
    const error = toDrydockError(cause);
    const body = { code: error.code, message: error.message.slice(0, 2_000) };
    session.agent.send({ type: 'request.failed', id: frame.id, body });
    return { kind: 'failed', ...body };
  }
}

/** The next turn of the model; by the time it is used, the one before it is saved. */
async function completeTurn(session: AgentSession, frame: Complete, signal: AbortSignal): Promise<ModelTurn> {
  const saved = session.saveTurn(signal);
  try {
    return await session.models.complete(toModelRequest(session, frame), signal);
  } finally {
    await saved;
  }
}

function refuseCompletion(session: AgentSession, id: number, limit: LimitKind): Outcome {
  session.agent.send({
    type: 'request.failed',
    id,
    body: { code: 'budget_exceeded', message: `The job reached limits.${limit}.` },
  });
  return { kind: 'budget_exhausted', limit };
}

function toModelRequest({ spec, conversation, cacheKey }: AgentSession, { body }: Complete) {
  return {
    model: spec.model,
    instructions: body.instructions,
    transcript: conversation.items,
    tools: body.tools,
    maxOutputTokens: spec.max_tokens,
    temperature: spec.temperature ?? DEFAULT_TEMPERATURE,
    cacheKey,
  };
}

function recordTurn(session: AgentSession, turn: ModelTurn): ToolCall[] {
  const toolCalls = session.conversation.record(turn);
  session.budget.charge(turn.usage);
  session.onTurn(turn);
  if (turn.text !== '') {
    session.events.emit({ type: 'message.added', data: { role: 'assistant', text: turn.text } });
  }
  const { turns, usage: total } = session.budget;
  session.events.emit({ type: 'usage.charged', data: { turn: turns, usage: turn.usage, total } });
  return toolCalls;
}

async function answerToolCall(
  session: AgentSession,
  frame: Extract<Request, { type: 'tool.call' }>,
  signal: AbortSignal,
): Promise<void> {
  const call = session.conversation.takeCall(frame.body.callId);
  const observation = await session.toolbox.run(call, signal);
  session.agent.send({ type: 'tool.observation', id: frame.id, body: observation });
}

/** What the agent says of its end is only a hint: a submission counts when the worker has recorded one. */
function toOutcome(session: AgentSession, frame: Finished, refusal: Outcome | undefined): Outcome {
  const { submission, isSliceOver, safeMode } = session.toolbox;
  if (safeMode !== undefined) return toSafeMode(safeMode);
  if (submission !== undefined) return { kind: 'submitted', submission };
  if (isSliceOver) return { kind: 'checkpointed' };
  if (refusal !== undefined) return refusal;
  if (frame.body.reason === 'turns_exhausted') return { kind: 'budget_exhausted', limit: 'max_turns' };
  return { kind: 'failed', code: 'no_submission', message: noSubmission(frame.body.detail) };
}

const toSafeMode = (message: string): Outcome => ({ kind: 'safe_mode', message });

const noSubmission = (detail: string): string =>
  detail === ''
    ? 'The agent ended without submitting a result.'
    : `The agent ended without submitting: ${detail}`;
