import type { SystemClock } from '@drydock/service-kit';
import { listen, systemClock } from '@drydock/service-kit';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import { Exchange } from './exchange.ts';
import { FailureLog } from './failure-log.ts';
import { loadTranscripts } from './load-transcripts.ts';
import type { Stage } from './play.ts';
import { play } from './play.ts';

export interface ScriptedModelOptions {
  /** Directories whose `*.transcript.json` are played. */
  readonly transcriptDirs: readonly string[];
  /** 0: the system picks. */
  readonly port: number;
  readonly clock?: SystemClock;
}

export interface ScriptedModel {
  /** Base address for a client, with its version: `http://127.0.0.1:<port>/v1`. */
  readonly url: string;
  /** Names of the models that answer. */
  readonly models: readonly string[];
  /** Ends every exchange and resolves when the port is free. */
  close(): Promise<void>;
}

/**
 * Starts an OpenAI-compatible server on loopback that plays written transcripts. Throws ConfigError where a transcript
 * cannot be played or the port cannot be had.
 */
export async function startScriptedModel(options: ScriptedModelOptions): Promise<ScriptedModel> {
  const transcripts = await loadTranscripts(options.transcriptDirs);
  const server = createScriptedServer({
    transcripts,
    clock: options.clock ?? systemClock,
    failures: new FailureLog(),
  });
  const origin = await listen(server, {
    host: '127.0.0.1',
    port: options.port,
    hostVariable: 'DRYDOCK_SCRIPTED_MODEL_PORT',
    portVariable: 'DRYDOCK_SCRIPTED_MODEL_PORT',
  });
  return {
    url: `${origin}/v1`,
    models: [...transcripts.keys()].map((name) => `scripted/${name}`),
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function createScriptedServer(stage: Stage): Server {
  return createServer((request, response) => {
    const exchange = new Exchange(request, response);
    play(exchange, stage).catch((error: unknown) => {
      // A client that hangs up ends its exchange and nothing else; whatever else fails here must be seen.
      if (exchange.signal.aborted) return;
      response.destroy();
      throw error;
    });
  });
}
