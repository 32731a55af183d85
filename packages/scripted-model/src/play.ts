import type { SystemClock } from '@drydock/service-kit';
import type { Exchange } from './exchange.ts';
import type { FailureLog } from './failure-log.ts';
import type { Cue } from './find-answer.ts';
import { findAnswer } from './find-answer.ts';
import type { Transcripts } from './load-transcripts.ts';
import { parseChatRequest } from './chat-request.ts';
import { playChat } from './play-chat.ts';
import { playResponse } from './play-response.ts';
import type { Spoken } from './spoken.ts';
import type { Failure, Transcript } from './transcript.ts';
import { toErrorBody } from './wire-error.ts';
import type { WireError } from './wire-error.ts';
import { parseWireRequest } from './wire-request.ts';

export interface Stage {
  readonly transcripts: Transcripts;
  readonly clock: SystemClock;
  readonly failures: FailureLog;
}

/** One request that is answered, or fails as the script says. */
export interface Scripted<Request extends Spoken> {
  readonly name: string;
  readonly request: Request;
  readonly cue: Cue;
  /** How its stream fails; absent: it does not. */
  readonly failure: Extract<Failure, { stream: string }> | undefined;
}

const PREFIX = 'scripted/';

/** Answers one exchange: the endpoints of the API that are played, and 404 for the rest. */
export async function play(exchange: Exchange, stage: Stage): Promise<void> {
  switch (`${exchange.method} ${exchange.path}`) {
    case 'GET /v1/models':
      return exchange.sendJson(listModels(stage.transcripts));
    case 'POST /v1/responses':
      return playScripted(exchange, stage, { parse: parseWireRequest, answer: playResponse });
    case 'POST /v1/chat/completions':
      return playScripted(exchange, stage, { parse: parseChatRequest, answer: playChat });
    default: {
      const message = `This scripted model has no ${exchange.method} ${exchange.path}.`;
      return exchange.sendError({ status: 404, code: 'not_found', message });
    }
  }
}

/** One of the two APIs: how its requests are read, and answered. */
interface Api<Request extends Spoken> {
  readonly parse: (body: string) => Request | WireError;
  readonly answer: (exchange: Exchange, scripted: Scripted<Request>, clock: SystemClock) => Promise<void>;
}

async function playScripted<Request extends Spoken>(
  exchange: Exchange,
  stage: Stage,
  { parse, answer }: Api<Request>,
): Promise<void> {
  const body = await exchange.readBody();
  if (typeof body !== 'string') return exchange.sendError(body);
  const request = parse(body);
  if ('status' in request) return exchange.sendError(request);
  const transcript = findTranscript(stage.transcripts, request.model);
  if (transcript === undefined) return exchange.sendError(unknownModel(request.model, stage.transcripts));
  const { name } = transcript;
  exchange.sayScripted(name);
  const cue = findAnswer(transcript, request);
  if ('status' in cue) return exchange.sendError(cue);
  const failure = stage.failures.next(name, cue, request);
  if (failure !== undefined && 'status' in failure) return fail(exchange, failure);
  return answer(exchange, { name, request, cue, failure }, stage.clock);
}

function fail(exchange: Exchange, failure: Extract<Failure, { status: number }>): void {
  if (failure.retry_after !== undefined) exchange.setHeader('retry-after', failure.retry_after);
  exchange.sendJson(toErrorBody(failure), failure.status);
}

function findTranscript(transcripts: Transcripts, model: string): Transcript | undefined {
  return model.startsWith(PREFIX) ? transcripts.get(model.slice(PREFIX.length)) : undefined;
}

function unknownModel(model: string, transcripts: Transcripts): WireError {
  const known = [...transcripts.keys()].map((name) => PREFIX + name).join(', ') || 'none';
  const message = `The model ${JSON.stringify(model)} does not exist: only scripted models answer here (${known}).`;
  return { status: 404, code: 'model_not_found', message };
}

function listModels(transcripts: Transcripts): object {
  const data = [...transcripts.keys()].map((name) => ({
    id: PREFIX + name,
    object: 'model',
    created: 0,
    owned_by: 'drydock',
  }));
  return { object: 'list', data };
}
