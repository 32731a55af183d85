import { MessageJson } from '@drydock/contracts';
import type { ClientClock } from './client-clock.ts';
import type { Client } from './create-client.ts';
import { NEVER, pathOf } from './job-path.ts';
import { parseAnswer } from './parse-answer.ts';
import { retry } from './retry.ts';
import type { Sender } from './send.ts';

/** What people write to a job that runs. */
export function createMessageMethods(send: Sender, clock: ClientClock): Pick<Client, 'sendMessage'> {
  return {
    sendMessage: (jobId, text, signal = NEVER) => {
      const headers = { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() };
      const init = { method: 'POST', headers, body: JSON.stringify({ text }) };
      const path = `${pathOf(jobId)}/messages`;
      return retry(async () => parseAnswer(MessageJson, await send(path, init, signal)), clock, signal);
    },
  };
}
