import type { CompletionParts } from './answer-completion.ts';
import type { Attempt } from '../attempt/attempt.ts';
import { Compactor } from '../conversation/compactor.ts';
import type { ModelCallerOptions } from './model-caller.ts';
import { ModelCaller } from './model-caller.ts';
import { ReplayPlayer } from '../replay/replay-player.ts';
import { Spending } from './spending.ts';
import type { Toolbox } from '../tools/toolbox.ts';
import type { TurnSaver } from '../saving/turn-saver.ts';
import { changedPathsOf } from '../attempt/changed-paths.ts';

interface ConversationRequest extends Pick<ModelCallerOptions, 'onTurn'> {
  readonly toolbox: Toolbox;
  readonly saver: TurnSaver;
  readonly deadline: { readonly at: number };
}

/** Of what a model can read: the rest is for its answer, and for what an estimate misses. */
const WINDOW_SHARE = 0.9;

/**
 * The worker's end of the conversation with the model: calls within the budget, and a length that it can read. Where a
 * recording is played there is no model.
 */
export function openConversation(
  attempt: Attempt,
  { toolbox, saver, deadline, onTurn }: ConversationRequest,
): Pick<CompletionParts, 'caller' | 'compactor' | 'conversation' | 'events'> {
  const { deps, job, conversation, budget, events, recording } = attempt;
  if (recording !== undefined) {
    const player = new ReplayPlayer({ ...recording, conversation });
    attempt.player = player;
    return { caller: player.caller, compactor: player.compactor, conversation, events };
  }
  const caller = new ModelCaller({
    spec: job.spec,
    cacheKey: job.id,
    models: deps.models,
    spending: new Spending(budget, deps.models),
    events,
    onTurn,
    get deadlineAt() {
      return deadline.at;
    },
  });
  const compactor = new Compactor({
    conversation,
    caller,
    stage: () => toolbox.stage,
    pinned: new Set([job.spec.instruction, ...(job.spec.system_prompt ? [job.spec.system_prompt] : [])]),
    describeWork: () => attempt.work.describe(changedPathsOf(saver.patch?.diff)),
    limitTokens: findLimit(attempt),
    onCompacted: ({ before, after, summary }) => {
      // Like all words of the model: in tier high they are looked at before they are shown.
      if (summary !== undefined)
        events.emit({ type: 'message.added', data: { role: 'assistant', text: summary } });
      events.emit({
        type: 'conversation.compacted',
        data: { before_tokens: before, after_tokens: after },
      });
    },
  });
  return { caller, compactor, conversation, events };
}

/** Where nothing is known of the model it is the model server that says when it is too much. */
function findLimit({ deps, job }: Attempt): number {
  const { maxInputTokens, contextWindow } = deps.models.describe(job.spec.model);
  const window = maxInputTokens ?? contextWindow ?? Infinity;
  return Math.min(deps.compactAtTokens ?? Infinity, WINDOW_SHARE * window);
}
