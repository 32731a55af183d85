import { ArtifactListJson } from '@drydock/contracts';
import type { Client } from './create-client.ts';
import { NEVER, pathOf } from './job-path.ts';
import { parseAnswer } from './parse-answer.ts';
import type { createSender } from './send.ts';

/** What a job leaves behind. */
export function createArtifactMethods(
  send: ReturnType<typeof createSender>,
): Pick<Client, 'listArtifacts' | 'getArtifact' | 'getPatch'> {
  return {
    listArtifacts: async (jobId, signal = NEVER) =>
      parseAnswer(ArtifactListJson, await send(`${pathOf(jobId)}/artifacts`, {}, signal)).then(
        ({ data }) => data,
      ),
    getArtifact: async (jobId, name, signal = NEVER) => {
      const response = await send(`${pathOf(jobId)}/artifacts/${encodeURIComponent(name)}`, {}, signal);
      return response.bytes();
    },
    getPatch: async (jobId, signal = NEVER) => {
      const response = await send(`${pathOf(jobId)}/patch`, {}, signal);
      return response.text();
    },
  };
}
