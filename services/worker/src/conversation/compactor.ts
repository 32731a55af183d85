import { readFileSync } from 'node:fs';
import type { Stage, TranscriptItem } from '@drydock/contracts';
import { toDrydockError } from '@drydock/core';
import type { CallPrefix, ModelCaller } from '../agent/model-caller.ts';
import type { Conversation } from './conversation.ts';
import { dropOlderHalf, shorten } from './shorten.ts';

/** What the model is asked to hand over; it is a file, so that people can read it (docs/prompts.md). */
const PROMPT = readFileSync(new URL('../../prompts/compaction.md', import.meta.url), 'utf8');
/** A hand-over that is itself too long to be asked for is tried with half of the conversation, so often. */
const MAX_TRIES = 4;
/** What has to come since the last cut before the next, as a share of the limit: else every turn would be cut. */
const REST_SHARE = 0.25;

export interface CompactorOptions {
  readonly conversation: Conversation;
  readonly caller: Pick<ModelCaller, 'ask' | 'estimate'>;
  /** Told when it is done: what was sent before and is sent now, tokens, and the model's own words in between. */
  readonly onCompacted: (done: { before: number; after: number; summary: string | undefined }) => void;
  readonly describeWork: () => string;
  readonly stage: () => Stage;
  /** Texts that no cut takes away. */
  readonly pinned: ReadonlySet<string>;
  /** Above it the conversation is cut before the next turn; tokens. */
  readonly limitTokens: number;
}

/** Cuts a conversation that grows too long, and keeps what the work needs. */
export class Compactor {
  readonly #options: CompactorOptions;
  #nextTokens: number;

  constructor(options: CompactorOptions) {
    this.#options = options;
    this.#nextTokens = options.limitTokens;
  }

  /** Whether what would be sent is too long. */
  isDue(prefix: CallPrefix): boolean {
    const { caller, conversation } = this.#options;
    return caller.estimate(prefix, conversation.items) >= this.#nextTokens;
  }

  /** Rejects where the model server fails for another reason than the length. */
  async run(prefix: CallPrefix, signal: AbortSignal): Promise<void> {
    const { conversation, caller, describeWork, stage, pinned, onCompacted, limitTokens } = this.#options;
    const before = caller.estimate(prefix, conversation.items);
    const summary = await this.#summarise(prefix, signal);
    const { opening, items } = conversation;
    const rest = items.slice(opening.length);
    conversation.compact(shorten({ opening, rest, record: describeWork(), summary, stage: stage(), pinned }));
    const after = caller.estimate(prefix, conversation.items);
    this.#nextTokens = Math.max(limitTokens, after + limitTokens * REST_SHARE);
    onCompacted({ before, after, summary });
  }

  /** Undefined where not even a part of the conversation can be read, or the budget has nothing left for it. */
  async #summarise(prefix: CallPrefix, signal: AbortSignal): Promise<string | undefined> {
    const { conversation, caller } = this.#options;
    let items: readonly TranscriptItem[] = conversation.items;
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      try {
        const ask = { type: 'message', role: 'user', text: PROMPT } as const;
        const result = await caller.ask(prefix, [...items, ask], signal);
        if (result.kind === 'answered') result.charge();
        return result.kind === 'answered' && result.turn.text.trim() !== '' ? result.turn.text : undefined;
      } catch (error) {
        if (toDrydockError(error).code !== 'model_context_overflow') throw error;
        items = dropOlderHalf(items, conversation.opening.length);
      }
    }
    return undefined;
  }
}
