import type { ReplayReport } from '@drydock/contracts';
import { DrydockError } from '@drydock/core';
import type { CompletionParts } from '../agent/answer-completion.ts';
import type { Conversation } from '../conversation/conversation.ts';
import type { CallResult } from '../agent/model-caller.ts';
import { findDivergence } from './find-divergence.ts';
import type { RecordedStep } from './recording.ts';

interface ReplayOptions {
  readonly of: ReplayReport['of'];
  readonly steps: readonly RecordedStep[];
  readonly conversation: Conversation;
}

/**
 * Plays a recording in the place of the model, and compares what the same calls come to on the same tree. It ends at the
 * first difference, or where the recording ends. No model is asked, and nothing is charged.
 */
export class ReplayPlayer {
  readonly #options: ReplayOptions;
  #next = 0;
  #turns = 0;
  /** How much of the conversation was compared. */
  #seen = 0;
  #divergence: ReplayReport['divergence'] = null;

  constructor(options: ReplayOptions) {
    this.#options = options;
  }

  get report(): ReplayReport {
    const turns = this.#options.steps.filter(({ kind }) => kind === 'turn').length;
    return {
      of: this.#options.of,
      turns: this.#turns,
      recorded_turns: turns,
      divergence: this.#divergence,
    };
  }

  /** Stands for `ModelCaller`. */
  get caller(): CompletionParts['caller'] {
    return { exceededLimit: () => undefined, ask: async () => this.#playTurn() };
  }

  /** Stands for `Compactor`: the conversation is cut where it was, into what it was. */
  get compactor(): CompletionParts['compactor'] {
    return {
      isDue: () => this.#options.steps[this.#next]?.kind === 'compacted',
      run: async () => this.#playCut(),
    };
  }

  #playTurn(): CallResult {
    const step = this.#options.steps[this.#next];
    if (step?.kind === 'end') this.#compare(step);
    if (step?.kind !== 'turn') {
      throw new DrydockError('replay_ended', {
        message: `All ${this.#turns} recorded turns were played and nothing differed; the recorded job submitted nothing either.`,
      });
    }
    this.#compare(step);
    this.#turns += 1;
    const { turn } = step;
    this.#seen = this.#options.conversation.items.length + turn.items.length;
    return { kind: 'answered', turn, charge: () => undefined };
  }

  #playCut(): void {
    const { steps, conversation } = this.#options;
    const step = steps[this.#next];
    if (step?.kind !== 'compacted') return;
    this.#compare(step);
    conversation.compact(step.items);
    this.#seen = conversation.items.length;
  }

  #compare({ before }: RecordedStep): void {
    const { conversation } = this.#options;
    const { unsaid, divergence } = findDivergence(before, conversation.items.slice(this.#seen));
    this.#next += 1;
    if (divergence !== undefined) {
      const turn = this.#turns + 1;
      this.#divergence = { turn, ...divergence };
      throw new DrydockError('replay_diverged', {
        message: `Before turn ${turn} the replay went another way. Recorded: ${quote(divergence.expected)}; now: ${quote(divergence.got)}`,
      });
    }
    for (const message of unsaid) conversation.tell(message);
  }
}

const quote = (text: string): string => JSON.stringify(text.slice(0, 300));
