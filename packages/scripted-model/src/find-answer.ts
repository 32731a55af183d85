import { readStep } from './call-id.ts';
import type { Answer, Step, Transcript } from './transcript.ts';
import type { WireError } from './wire-error.ts';
import type { Item, WireRequest } from './wire-request.ts';
import { isCall, isOutput } from './wire-request.ts';

/** The next turn of a transcript: its step, counted from 0, and what is answered. */
export interface Cue {
  readonly step: number;
  readonly answer: Answer;
}

type Departure = WireError & { readonly code: 'transcript_departed' };

const MAX_QUOTE_CHARS = 600;

/** Finds what a transcript answers to a request. Nothing is remembered: the request's own input tells the step. */
export function findAnswer(transcript: Transcript, request: WireRequest): Cue | Departure {
  const index = countTurns(transcript.name, request.input);
  const depart = (why: string): Departure => ({
    status: 422,
    code: 'transcript_departed',
    message: `The conversation departed from scripted/${transcript.name} at step ${index + 1} of ${transcript.steps.length}: ${why}`,
  });
  const step = transcript.steps[index];
  if (step === undefined) return depart('the transcript has ended.');
  if (isAssistant(request.input.at(-1))) return depart('nothing was said after the last answer.');
  const offered = new Set(request.tools.map((tool) => tool.name));
  const missing = step.expect?.tools_include.find((name) => !offered.has(name));
  if (missing !== undefined) {
    return depart(
      `expected the tool ${missing} to be offered, but got ${[...offered].join(', ') || 'none'}.`,
    );
  }
  const output = readLastOutput(transcript.name, request.input, index - 1);
  const unsaid = step.expect?.last_output_contains.find((text) => !output.includes(text));
  if (unsaid !== undefined)
    return depart(`expected the last output to contain ${quote(unsaid)}, ${butGot(output)}`);
  const answer = chooseAnswer(step, output);
  return answer === undefined ? depart(`no branch fits, ${butGot(output)}`) : { step: index, answer };
}

/**
 * How many turns the assistant has had. A scripted call tells its step by its id; a turn without calls is a run of
 * assistant items between what others said.
 */
function countTurns(name: string, input: readonly Item[]): number {
  let turns = 0;
  let speaking = false;
  for (const item of input) {
    const step = isCall(item) ? readStep(name, item.call_id) : undefined;
    if (step !== undefined) turns = step + 1;
    else if (isAssistant(item) && !speaking) turns += 1;
    speaking = isAssistant(item);
  }
  return turns;
}

function isAssistant(item: Item | undefined): boolean {
  if (item === undefined || isOutput(item)) return false;
  return item.type !== 'message' || item.role === 'assistant';
}

/** The outputs of one step's calls, in the order they were given. */
function readLastOutput(name: string, input: readonly Item[], step: number): string {
  const outputs = input.filter(isOutput).filter((item) => readStep(name, item.call_id) === step);
  return outputs.map(({ output }) => toText(output)).join('\n');
}

function chooseAnswer(step: Step, output: string): Answer | undefined {
  if (!('branches' in step)) return step;
  return step.branches.find(
    ({ when }) => when?.last_output_contains.every((text) => output.includes(text)) ?? true,
  );
}

const butGot = (output: string): string =>
  output === '' ? 'but there was none.' : `but it was ${quote(output)}`;

/** Errors are at the end of an output more often than at its start. */
function quote(text: string): string {
  return JSON.stringify(text.length > MAX_QUOTE_CHARS ? `…${text.slice(-MAX_QUOTE_CHARS)}` : text);
}

/** An image is what it says it is: `[data:image/png;base64]`. */
function toText(output: Extract<Item, { type: 'function_call_output' }>['output']): string {
  if (typeof output === 'string') return output;
  return output
    .map((part) => (part.type === 'input_text' ? part.text : `[${part.image_url.split(',', 1)[0]}]`))
    .join('\n');
}
