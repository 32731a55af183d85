import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { startScriptedModel } from '@drydock/scripted-model';
import { TRANSCRIPT_DIRS } from './e2e-stack.ts';

/** A model server whose next answer a test decides: another transcript, or none. */
export interface ModelGate extends AsyncDisposable {
  readonly url: string;
  /** Every conversation is answered from this transcript from now on, whatever model it asks for. */
  play(transcript: string): void;
  /** Keeps the next call but `skipped` unanswered for good; resolves when it is there. */
  hold(skipped: number): Promise<void>;
  /** Hangs up on the call that is held. */
  drop(): void;
}

interface Hold {
  skipped: number;
  readonly arrived: PromiseWithResolvers<void>;
}

export async function startModelGate(): Promise<ModelGate> {
  const scripted = await startScriptedModel({ transcriptDirs: [...TRANSCRIPT_DIRS], port: 0 });
  let transcript: string | undefined;
  let held: Hold | undefined;
  let waiting: ServerResponse | undefined;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = JSON.parse((await buffer(request)).toString()) as { model: string };
    if (held !== undefined && held.skipped-- === 0) {
      held.arrived.resolve();
      held = undefined;
      waiting = response;
      return;
    }
    const path = (request.url ?? '').replace(/^\/v1/, '');
    const played = await fetch(`${scripted.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...body, model: transcript ?? body.model }),
    });
    response.writeHead(played.status, { 'content-type': played.headers.get('content-type') ?? '' });
    response.end(Buffer.from(await played.arrayBuffer()));
  };
  const server = createServer((request, response) => {
    // A worker that is killed hangs up in the middle.
    answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    play: (name) => (transcript = `scripted/${name}`),
    hold: (skipped) => {
      held = { skipped, arrived: Promise.withResolvers() };
      return held.arrived.promise;
    },
    drop: () => void waiting?.destroy(),
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      await scripted.close();
    },
  };
}
