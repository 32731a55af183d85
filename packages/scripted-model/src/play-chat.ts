import type { SystemClock } from '@drydock/service-kit';
import { buildCompletion, completionChunks } from './build-completion.ts';
import type { ChatRequest } from './chat-request.ts';
import type { Exchange } from './exchange.ts';
import { firstHalf } from './first-half.ts';
import type { Scripted } from './play.ts';

/** How long a silent stream is left open, milliseconds: longer than anybody listens. */
const SILENCE_MS = 600_000;

/** Answers a request of Chat Completions. */
export async function playChat(
  exchange: Exchange,
  { name, request, cue, failure }: Scripted<ChatRequest>,
  clock: SystemClock,
): Promise<void> {
  const completion = buildCompletion({ name, request, cue, nowMs: clock.now() });
  await clock.sleep(cue.answer.delay_ms, exchange.signal);
  if (!request.stream) return exchange.sendJson(completion);
  const chunks = [...completionChunks(completion, request)];
  switch (failure?.stream) {
    case 'cut':
      await exchange.sendChunks(firstHalf(chunks));
      return exchange.cut();
    case 'silent':
      await exchange.sendChunks(chunks.slice(0, 1));
      return clock.sleep(SILENCE_MS, exchange.signal);
    case 'unfinished':
      await exchange.sendChunks([...firstHalf(chunks), '[DONE]']);
      return exchange.end();
    case 'failed':
    case 'error': {
      const { code, message } = failure;
      await exchange.sendChunks([{ error: { code, message, type: 'server_error', param: null } }]);
      return exchange.end();
    }
    case undefined:
      await exchange.sendChunks([...chunks, '[DONE]']);
      return exchange.end();
  }
}
