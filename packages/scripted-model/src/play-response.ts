import type { SystemClock } from '@drydock/service-kit';
import { buildResponse } from './build-response.ts';
import type { Exchange } from './exchange.ts';
import { firstHalf } from './first-half.ts';
import type { Scripted } from './play.ts';
import type { WireEvent } from './response-events.ts';
import { answerEvents, failedEvent, openingEvents } from './response-events.ts';
import type { WireRequest } from './wire-request.ts';

/** How long a silent stream is left open, milliseconds: longer than anybody listens. */
const SILENCE_MS = 600_000;

/** Answers a request of the Responses API. */
export async function playResponse(
  exchange: Exchange,
  { name, request, cue, failure }: Scripted<WireRequest>,
  clock: SystemClock,
): Promise<void> {
  const response = buildResponse({ name, request, cue, nowMs: clock.now() });
  if (request.stream) await exchange.sendEvents(openingEvents(response));
  await clock.sleep(cue.answer.delay_ms, exchange.signal);
  if (!request.stream) return exchange.sendJson(response);
  switch (failure?.stream) {
    case 'cut':
      await exchange.sendEvents(firstHalf(answerEvents(response)));
      return exchange.cut();
    case 'silent':
      return clock.sleep(SILENCE_MS, exchange.signal);
    case 'unfinished':
      await exchange.sendEvents(firstHalf(answerEvents(response)));
      return exchange.end();
    case 'failed':
      await exchange.sendEvents([failedEvent(response, failure)]);
      return exchange.end();
    case 'error': {
      const { code, message } = failure;
      const error: WireEvent = { type: 'error', code, message, param: null };
      await exchange.sendEvents([error]);
      return exchange.end();
    }
    case undefined:
      await exchange.sendEvents(answerEvents(response));
      return exchange.end();
  }
}
