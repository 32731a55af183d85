import { AuditEntry, AuditListJson } from '@drydock/contracts';
import { ClientError } from './client-error.ts';
import { NEVER } from './job-path.ts';
import { parseAnswer } from './parse-answer.ts';
import { readLines } from './read-lines.ts';
import type { Sender } from './send.ts';

/** The audit log of the installation. */
export interface AuditMethods {
  /** Entries behind `after`, oldest first; without it the newest. At most `limit`, 100 where absent, up to 1,000. */
  listAudit(
    query?: { readonly after?: number; readonly limit?: number },
    signal?: AbortSignal,
  ): Promise<AuditListJson>;
  /** Every entry behind `after`, 0 where absent, up to the present head. */
  exportAudit(after?: number, signal?: AbortSignal): AsyncIterable<AuditEntry>;
}

export function createAuditMethods(send: Sender): AuditMethods {
  return {
    listAudit: async (query = {}, signal = NEVER) => {
      const given = Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)]));
      const path = `/v1/audit?${new URLSearchParams(given).toString()}`;
      return parseAnswer(AuditListJson, await send(path, {}, signal));
    },
    exportAudit: async function* (after = 0, signal = NEVER) {
      const headers = { accept: 'application/x-ndjson' };
      const { body } = await send(`/v1/audit?after=${after}`, { headers, stream: true }, signal);
      for await (const line of body === null ? [] : readLines(body)) yield parseEntry(line);
    },
  };
}

function parseEntry(line: string): AuditEntry {
  try {
    return AuditEntry.parse(JSON.parse(line));
  } catch (cause) {
    throw new ClientError('The server answered with something else than it promises.', {
      status: 200,
      cause,
    });
  }
}
