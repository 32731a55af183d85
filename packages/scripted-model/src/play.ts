import type { SystemClock } from '@drydock/service-kit';
import { buildResponse } from './build-response.ts';
import type { Exchange } from './exchange.ts';
import { findAnswer } from './find-answer.ts';
import type { Transcripts } from './load-transcripts.ts';
import { answerEvents, openingEvents } from './response-events.ts';
import type { WireError } from './wire-error.ts';
import { parseWireRequest } from './wire-request.ts';

export interface Stage {
  readonly transcripts: Transcripts;
  readonly clock: SystemClock;
}

const PREFIX = 'scripted/';

/** Answers one exchange: the two endpoints of the API that are played, and 404 for the rest. */
export async function play(exchange: Exchange, stage: Stage): Promise<void> {
  const endpoint = `${exchange.method} ${exchange.path}`;
  if (endpoint === 'GET /v1/models') return exchange.sendJson(listModels(stage.transcripts));
  if (endpoint === 'POST /v1/responses') return playResponse(exchange, stage);
  exchange.sendError({ status: 404, code: 'not_found', message: `This scripted model has no ${endpoint}.` });
}

async function playResponse(exchange: Exchange, { transcripts, clock }: Stage): Promise<void> {
  const body = await exchange.readBody();
  if (typeof body !== 'string') return exchange.sendError(body);
  const request = parseWireRequest(body);
  if ('status' in request) return exchange.sendError(request);
  const transcript = findTranscript(transcripts, request.model);
  if (transcript === undefined) return exchange.sendError(unknownModel(request.model, transcripts));
  const { name } = transcript;
  exchange.sayScripted(name);
  const cue = findAnswer(transcript, request);
  if ('status' in cue) return exchange.sendError(cue);
  const response = buildResponse({ name, request, cue, nowMs: clock.now() });
  if (request.stream) await exchange.sendEvents(openingEvents(response));
  await clock.sleep(cue.answer.delay_ms, exchange.signal);
  if (!request.stream) return exchange.sendJson(response);
  await exchange.sendEvents(answerEvents(response));
  exchange.end();
}

function findTranscript(transcripts: Transcripts, model: string) {
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
