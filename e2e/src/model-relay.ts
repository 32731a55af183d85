import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { startScriptedModel } from '@drydock/scripted-model';
import { TRANSCRIPT_DIRS } from './e2e-stack.ts';

/** What a model server was asked with. */
export interface ModelCall {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly model: string;
}

/** The exchange behind a call, as it came. */
interface Exchange {
  readonly body: string;
  readonly response: ServerResponse;
}

/** Which scripted model answers a call; undefined where nobody does, and the response is the test's. */
export type ChooseModel = (call: ModelCall, exchange: Exchange) => string | undefined;

export interface ModelRelay extends AsyncDisposable {
  readonly url: string;
}

/** A model server whose every answer is a scripted one that a test chooses. */
export async function startModelRelay(choose: ChooseModel): Promise<ModelRelay> {
  const scripted = await startScriptedModel({ transcriptDirs: [...TRANSCRIPT_DIRS], port: 0 });
  const relay = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await text(request);
    const asked = JSON.parse(body) as { model: string };
    const path = request.url ?? '';
    const { authorization } = request.headers;
    const model = choose({ path, authorization, model: asked.model }, { body, response });
    if (model === undefined) return;
    const played = await fetch(scripted.url + path.replace(/^\/v1/, ''), {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: authorization ?? '' },
      body: JSON.stringify({ ...asked, model }),
    });
    response.writeHead(played.status, { 'content-type': played.headers.get('content-type') ?? '' });
    response.end(Buffer.from(await played.arrayBuffer()));
  };
  const server = createServer((request, response) => {
    // A worker that is killed hangs up in the middle.
    relay(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    [Symbol.asyncDispose]: async () => {
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await scripted.close();
    },
  };
}
