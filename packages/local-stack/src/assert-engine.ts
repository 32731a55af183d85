import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:http';
import { StartError } from './start-error.ts';

const TIMEOUT_MS = 5_000;

/** Throws, with what to do, where no Docker Engine answers: the worker would wait for one without a word here. */
export async function assertEngine(socketPath: string): Promise<void> {
  const problem = `Docker Engine does not answer at ${socketPath}`;
  const cure = 'Start it, or run: npm run setup';
  try {
    const request = get({ socketPath, path: '/_ping', signal: AbortSignal.timeout(TIMEOUT_MS) });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.resume();
    if (response.statusCode !== 200) throw new Error(`/_ping was answered with ${response.statusCode}`);
  } catch (cause) {
    throw new StartError(`${problem}. ${cure}`, { cause });
  }
}
