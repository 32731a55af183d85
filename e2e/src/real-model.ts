import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { startScriptedModel } from '@drydock/scripted-model';
import { TRANSCRIPT_DIRS } from './e2e-stack.ts';

/** What a model server was asked with. */
export interface ModelCall {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly model: string;
}

/**
 * A model server as a customer has one: it knows one model by its own name and wants a key. Behind it a written
 * conversation is played, chosen by what the job is about.
 */
export async function startRealModel(conversations: Readonly<Record<string, string>>) {
  const scripted = await startScriptedModel({ transcriptDirs: [...TRANSCRIPT_DIRS], port: 0 });
  const calls: ModelCall[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const body = JSON.parse(text) as { model: string };
    const { authorization } = request.headers;
    calls.push({ path: request.url ?? '', authorization, model: body.model });
    const about = Object.keys(conversations).find((subject) => text.includes(subject)) ?? '';
    const played = await fetch(`${scripted.url}${(request.url ?? '').replace(/^\/v1/, '')}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: authorization ?? '' },
      body: JSON.stringify({ ...body, model: conversations[about] }),
    });
    response.writeHead(played.status, { 'content-type': played.headers.get('content-type') ?? '' });
    response.end(Buffer.from(await played.arrayBuffer()));
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.destroy(error as Error));
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
