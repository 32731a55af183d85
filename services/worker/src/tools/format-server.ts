import type { LoopbackAnswer } from '@drydock/contracts';
import type { Server, Started } from './servers.ts';
import { readLines } from './read-lines.ts';

const LAST_LINES = 40;

export function describeServer({ number, end }: Server): string {
  if (end === undefined) return `Server ${number} is running.`;
  const how = end.timedOut ? 'at its time limit' : `with ${end.exitCode ?? end.signal ?? 'an unknown end'}`;
  return `Server ${number} ended ${how} after ${(end.durationMs / 1_000).toFixed(1)} s.`;
}

/** Lines of what a server printed. */
export function formatServerLog(server: Server, range: { start: number; lines: number }): string {
  if (server.log.byteLength === 0) return `${describeServer(server)}\nIt has printed nothing.`;
  return `${describeServer(server)}\n${readLines(server.log, range)}`;
}

/** Whether a server is up; where it is not, what it said. */
export function formatStart({ server, isReady, seen }: Extract<Started, { kind: 'started' }>): string {
  const { number, port, end } = server;
  if (isReady && end === undefined) return `Server ${number} is ready on 127.0.0.1:${port} (${seen}).`;
  const log = formatServerLog(server, { start: -LAST_LINES, lines: LAST_LINES });
  return end === undefined
    ? `Not ready in time: ${seen}. It goes on; probe it again, read server_log, or stop it.\n${log}`
    : `It did not stay up.\n${log}`;
}

/** What a server answered. */
export function formatProbe(answer: Extract<LoopbackAnswer, { type: 'probe' }>): string {
  const { status, headers, body, isText, bodyBytes, isWhole, durationMs } = answer;
  return [
    `HTTP ${status} in ${Math.round(durationMs)} ms, ${bodyBytes} bytes${isWhole ? '' : ' or more'}`,
    ...headers.map(([name, value]) => `${name.toLowerCase()}: ${value}`),
    '',
    isText ? body : '(not text)',
    ...(isWhole || !isText ? [] : ['…the rest of the body is left out…']),
  ].join('\n');
}
