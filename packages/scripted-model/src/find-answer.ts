import { readStep } from './call-id.ts';
import { findUnreturned } from './find-returned.ts';
import type { Item, Spoken } from './spoken.ts';
import { isCall, isOutput, readOutput } from './spoken.ts';
import type { Answer, Step, Transcript } from './transcript.ts';
import type { WireError } from './wire-error.ts';

/** The next turn of a transcript: its step, counted from 0, and what is answered. */
export interface Cue {
  readonly step: number;
  readonly answer: Answer;
}

type Departure = WireError & { readonly code: 'transcript_departed' };

const MAX_QUOTE_CHARS = 600;

/** Finds what a transcript answers to a request. Nothing is remembered: the request's own input tells the step. */
export function findAnswer(transcript: Transcript, request: Spoken): Cue | Departure {
  const index = countTurns(transcript.name, request.input);
  const depart = (why: string): Departure => ({
    status: 422,
    code: 'transcript_departed',
    message: `The conversation departed from scripted/${transcript.name} at step ${index + 1} of ${transcript.steps.length}: ${why}`,
  });
  const step = transcript.steps[index];
  if (step === undefined) return depart('the transcript has ended.');
  const output = readLastOutput(transcript.name, request.input, index - 1);
  const why = findUnmet({ transcript, index, step }, request, output);
  if (why !== undefined) return depart(why);
  const answer = chooseAnswer(step, output);
  return answer === undefined ? depart(`no branch fits, ${butGot(output)}`) : { step: index, answer };
}

/** What a summary says of where it stands: the steps before it are not to be seen any more. */
const SUMMARY_OF_STEP = /\[scripted step (\d{1,3})\]/;
const ANYTHING: NonNullable<Step['expect']> = { tools_include: [], last_output_contains: [], returned: [] };

interface Place {
  readonly transcript: Transcript;
  readonly index: number;
  readonly step: Step;
}

/** What the step expects and the request does not bring. */
function findUnmet({ transcript, index, step }: Place, request: Spoken, output: string): string | undefined {
  const { name, steps } = transcript;
  if (isAssistant(request.input.at(-1))) return 'nothing was said after the last answer.';
  const { tools_include: tools, last_output_contains: texts, returned } = step.expect ?? ANYTHING;
  const offered = new Set(request.tools.map((tool) => tool.name));
  const missing = tools.find((tool) => !offered.has(tool));
  if (missing !== undefined)
    return `expected the tool ${missing} to be offered, but got ${[...offered].join(', ') || 'none'}.`;
  const played = steps[index - 1];
  const last = played && { name, step: index - 1, played };
  const unreturned = findUnreturned(returned, last, request.input);
  if (unreturned !== undefined) return unreturned;
  const unsaid = texts.find((text) => !output.includes(text));
  return unsaid && `expected the last output to contain ${quote(unsaid)}, ${butGot(output)}`;
}

/**
 * How many turns the assistant has had. A scripted call tells its step by its id; a turn without calls is a run of
 * assistant items between what others said; a conversation that was cut begins with a summary that names its step.
 */
function countTurns(name: string, input: readonly Item[]): number {
  let turns = 0;
  let speaking = false;
  for (const item of input) {
    const step = isCall(item) ? readStep(name, item.call_id) : undefined;
    const summed = readSummedStep(item);
    if (step !== undefined) turns = step + 1;
    else if (summed !== undefined) turns = summed;
    else if (isAssistant(item) && !speaking) turns += 1;
    speaking = isAssistant(item);
  }
  return turns;
}

/** What a transcript's own reply said, given back as a summary by who asked for one. */
function readSummedStep(item: Item): number | undefined {
  if (item.type !== 'message' || item.role !== 'user' || typeof item.content !== 'string') return undefined;
  const [, step] = SUMMARY_OF_STEP.exec(item.content) ?? [];
  return step === undefined ? undefined : Number(step);
}

function isAssistant(item: Item | undefined): boolean {
  if (item === undefined || isOutput(item)) return false;
  return item.type !== 'message' || item.role === 'assistant';
}

/** The outputs of one step's calls, in the order they were given. */
function readLastOutput(name: string, input: readonly Item[], step: number): string {
  const outputs = input.filter(isOutput).filter((item) => readStep(name, item.call_id) === step);
  return outputs.map(readOutput).join('\n');
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
