import type { AgentFrame, ToolCall } from '@drydock/contracts';
import type { LimitKind, ModelTurn, Outcome, Sandbox } from '@drydock/core';
import { toDrydockError } from '@drydock/core';
import type { Compactor } from '../conversation/compactor.ts';
import type { Conversation } from '../conversation/conversation.ts';
import type { EventSink } from '../attempt/event-sink.ts';
import type { CallResult, ModelCaller } from './model-caller.ts';
import type { Toolbox } from '../tools/toolbox.ts';

export interface CompletionParts {
  readonly agent: Pick<Sandbox['agent'], 'send'>;
  readonly caller: Pick<ModelCaller, 'exceededLimit' | 'ask'>;
  readonly compactor: Pick<Compactor, 'isDue' | 'run'>;
  readonly conversation: Conversation;
  readonly toolbox: Pick<Toolbox, 'takeNotes' | 'startTurn' | 'safeMode'>;
  /** Tells the model what people have written since it was asked last. */
  readonly hearMessages: (signal: AbortSignal) => Promise<void>;
  readonly events: Pick<EventSink, 'emit'>;
  /** Saves the turn that has ended; never rejects. Works while the model thinks about the next one. */
  readonly saveTurn: (signal: AbortSignal) => Promise<void>;
}

export type Complete = Extract<AgentFrame, { type: 'model.complete' }>;

/** Makes one model call; resolves with the outcome that the attempt has if the agent gives up on a refusal. */
export async function answerCompletion(
  parts: CompletionParts,
  { id, body }: Complete,
  signal: AbortSignal,
): Promise<Outcome | undefined> {
  const { agent, caller, conversation, toolbox } = parts;
  const limit = caller.exceededLimit();
  if (limit !== undefined) return refuseCompletion(parts, id, limit);
  conversation.append(body.append);
  for (const text of toolbox.takeNotes()) conversation.tell({ type: 'message', role: 'developer', text });
  await parts.hearMessages(signal);
  if (toolbox.safeMode !== undefined) return refuseUnsafe(parts, id, toolbox.safeMode);
  try {
    const result = await completeTurn(parts, body, signal);
    if (result.kind === 'exhausted') return refuseCompletion(parts, id, result.limit);
    result.charge();
    const calls = recordTurn(parts, result.turn);
    const toolCalls = calls.map(({ callId, name, form }) => ({ callId, name, form }));
    const { text, status } = result.turn;
    agent.send({ type: 'model.turn', id, body: { text, toolCalls, status } });
    return toRefusal(result.turn);
  } catch (cause) {
    signal.throwIfAborted();
    const error = toDrydockError(cause);
    const failure = { code: error.code, message: error.message.slice(0, 2_000) };
    agent.send({ type: 'request.failed', id, body: failure });
    return { kind: 'failed', ...failure };
  }
}

/** The next turn of the model; by the time it is used, the one before it is saved. */
async function completeTurn(
  parts: CompletionParts,
  body: Complete['body'],
  signal: AbortSignal,
): Promise<CallResult> {
  const { caller, compactor, conversation, saveTurn } = parts;
  const saved = saveTurn(signal);
  try {
    // What is saved is the conversation as it was said: a cut waits for that.
    if (compactor.isDue(body)) await saved.then(() => compactor.run(body, signal));
    return await caller.ask(body, conversation.items, signal).catch(async (error: unknown) => {
      // The server knows better how much it can read; a second refusal stands.
      if (toDrydockError(error).code !== 'model_context_overflow') throw error;
      await saved;
      await compactor.run(body, signal);
      return caller.ask(body, conversation.items, signal);
    });
  } finally {
    await saved;
  }
}

function recordTurn({ conversation, toolbox, events }: CompletionParts, turn: ModelTurn): ToolCall[] {
  const calls = conversation.record(turn);
  toolbox.startTurn();
  if (turn.text !== '') events.emit({ type: 'message.added', data: { role: 'assistant', text: turn.text } });
  return calls;
}

/** What it comes to when the model, or a filter before it, will not go on. */
function toRefusal({ status, cause, text }: ModelTurn): Outcome | undefined {
  if (status !== 'refused') return undefined;
  if (cause === 'content_filter') {
    const message = 'A content filter of the model server stopped the answer.';
    return { kind: 'failed', code: 'model_content_filtered', message };
  }
  return { kind: 'failed', code: 'model_refused', message: `The model refused: ${text}`.slice(0, 2_000) };
}

function refuseUnsafe({ agent }: CompletionParts, id: number, message: string): Outcome {
  agent.send({ type: 'request.failed', id, body: { code: 'safe_mode', message } });
  return { kind: 'safe_mode', message };
}

function refuseCompletion({ agent }: CompletionParts, id: number, limit: LimitKind): Outcome {
  const body = { code: 'budget_exceeded', message: `The job reached limits.${limit}.` };
  agent.send({ type: 'request.failed', id, body });
  return { kind: 'budget_exhausted', limit };
}
