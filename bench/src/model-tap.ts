import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { startScriptedModel } from '@drydock/scripted-model';
import { readStopClock } from './stop-clock.ts';

/** One call of the model server, as it went through; times are of the monotonic clock, milliseconds. */
export interface TappedCall {
  readonly body: string;
  readonly arrivedAt: number;
  readonly answeredAt: number;
}

export interface ModelTap extends AsyncDisposable {
  readonly url: string;
  readonly calls: readonly TappedCall[];
}

/** The scripted model with a look at what it is asked, and when. */
export async function startModelTap(transcriptDir: string): Promise<ModelTap> {
  const scripted = await startScriptedModel({ transcriptDirs: [transcriptDir], port: 0 });
  const calls: TappedCall[] = [];
  const relay = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const arrivedAt = readStopClock();
    const body = await text(request);
    const played = await fetch(scripted.url + (request.url ?? '').replace(/^\/v1/, ''), {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer bench' },
      body,
    });
    const answer = Buffer.from(await played.arrayBuffer());
    response.writeHead(played.status, { 'content-type': played.headers.get('content-type') ?? '' });
    response.end(answer);
    calls.push({ body, arrivedAt, answeredAt: readStopClock() });
  };
  const server = createServer((request, response) => {
    relay(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    calls,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      await scripted.close();
    },
  };
}
