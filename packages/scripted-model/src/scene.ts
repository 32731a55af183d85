import type { Usage } from '@drydock/contracts';
import type { Cue } from './find-answer.ts';
import type { Spoken } from './spoken.ts';

/** What is answered to whom. */
export interface Scene<Request extends Spoken> {
  readonly name: string;
  readonly request: Request;
  readonly cue: Cue;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
}

/** What the script says was used, or about that: four bytes a token, as Codex counts. */
export function usageOf({ request, cue }: Scene<Spoken>, output: unknown): Usage {
  const toTokens = (value: unknown): number => Math.ceil(Buffer.byteLength(JSON.stringify(value)) / 4);
  const { instructions, input, tools } = request;
  return (
    cue.answer.usage ?? {
      input_tokens: toTokens({ instructions, input, tools }),
      cached_input_tokens: 0,
      output_tokens: toTokens(output),
      reasoning_tokens: 0,
    }
  );
}

/** The phase of words: the script's, or what a model would say. */
export const phaseOf = ({ answer }: Cue): 'commentary' | 'final_answer' =>
  answer.reply.some((item) => 'call' in item) ? 'commentary' : 'final_answer';
