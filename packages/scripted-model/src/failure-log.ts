import type { Cue } from './find-answer.ts';
import type { Spoken } from './spoken.ts';
import type { Failure } from './transcript.ts';

/** Conversations whose failures are remembered; the oldest go first. */
const MAX_CONVERSATIONS = 1_000;

/** The one thing that the scripted model remembers: which failures a conversation has had. */
export class FailureLog {
  readonly #played = new Map<string, number>();

  /** The next failure of a step, once; undefined where it is answered now. */
  next(name: string, { step, answer }: Cue, { prompt_cache_key }: Spoken): Failure | undefined {
    const key = JSON.stringify([name, step, prompt_cache_key ?? null]);
    const played = this.#played.get(key) ?? 0;
    const failure = answer.failures[played];
    if (failure === undefined) return undefined;
    this.#played.delete(key);
    this.#played.set(key, played + 1);
    const [oldest] = this.#played.keys();
    if (this.#played.size > MAX_CONVERSATIONS && oldest !== undefined) this.#played.delete(oldest);
    return failure;
  }
}
