import type { AgentFrame, AgentStart } from '@drydock/contracts';
import type { Outcome, Sandbox } from '@drydock/core';
import { DrydockError } from '@drydock/core';
import type { CompletionParts } from './answer-completion.ts';
import { answerCompletion } from './answer-completion.ts';
import type { Toolbox } from '../tools/toolbox.ts';

export interface AgentSession extends CompletionParts {
  readonly start: AgentStart;
  readonly agent: Sandbox['agent'];
  readonly toolbox: CompletionParts['toolbox'] &
    Pick<Toolbox, 'run' | 'submission' | 'isSliceOver' | 'safeMode' | 'stuck'>;
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
        if (session.toolbox.stuck !== undefined) {
          session.conversation.append(frame.body.append);
          return { kind: 'failed', code: 'agent_stuck', message: session.toolbox.stuck };
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
