import { badAnswer } from './bad-answer.ts';
import type { CallDelta } from './chat-chunk.ts';
import { MAX_CALLS } from './finish-turn.ts';

/** A tool call as far as its parts have come. */
export interface CallDraft {
  readonly index: number;
  id: string;
  name: string;
  input: string;
  form: 'function' | 'freeform';
}

/**
 * Puts tool calls together from deltas, by their index. Servers that leave out the index, or give every call the same,
 * are told apart by ids; deltas without either belong to the last call.
 */
export class ChatCalls {
  readonly #drafts: CallDraft[] = [];
  #last: CallDraft | undefined;

  take(delta: CallDelta): void {
    const draft = this.#find(delta) ?? this.#open(delta);
    this.#last = draft;
    const { name, text } = readPart(delta);
    if (draft.id === '') draft.id = delta.id ?? '';
    // Names come whole, and from some servers with every delta.
    if (draft.name === '') draft.name = name;
    if (delta.custom) draft.form = 'freeform';
    draft.input += text;
  }

  /** In the order of their index; calls of one index in the order they came. */
  get drafts(): readonly CallDraft[] {
    return this.#drafts.toSorted((a, b) => a.index - b.index);
  }

  #find(delta: CallDelta): CallDraft | undefined {
    const { index, id } = delta;
    if (typeof index !== 'number') {
      return id ? this.#drafts.findLast((draft) => draft.id === id) : this.#last;
    }
    const same = this.#drafts.filter((draft) => draft.index === index);
    const named = id ? same.find((draft) => draft.id === id) : undefined;
    // Another id is another call only if it brings a name: some servers make up an id for every delta.
    return named ?? (this.#isAnother(delta, same.at(-1)) ? undefined : same.at(-1));
  }

  #isAnother(delta: CallDelta, draft: CallDraft | undefined): boolean {
    return Boolean(draft?.id && delta.id && draft.id !== delta.id && readPart(delta).name !== '');
  }

  #open({ index, id }: CallDelta): CallDraft {
    if (this.#drafts.length === MAX_CALLS) throw badAnswer(`more than ${MAX_CALLS} tool calls in one turn`);
    const next = Math.max(-1, ...this.#drafts.map((draft) => draft.index)) + 1;
    const draft: CallDraft = { index: index ?? next, id: id ?? '', name: '', input: '', form: 'function' };
    this.#drafts.push(draft);
    return draft;
  }
}

function readPart({ function: called, custom }: CallDelta): { readonly name: string; readonly text: string } {
  return {
    name: called?.name ?? custom?.name ?? '',
    text: called?.arguments ?? custom?.input ?? '',
  };
}
