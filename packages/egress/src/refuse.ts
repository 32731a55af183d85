import type { EgressReason } from '@drydock/contracts';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export interface Refusal {
  readonly reason: EgressReason;
  readonly detail?: string | undefined;
}

const STATUS: Partial<Record<EgressReason, readonly [number, string]>> = {
  bad_request: [400, 'Bad Request'],
  bad_host: [400, 'Bad Request'],
  bad_port: [400, 'Bad Request'],
  unresolved: [502, 'Bad Gateway'],
  unreachable: [502, 'Bad Gateway'],
};

/** The answer to what is refused, as people read it in the output of their tool. */
export function refuseResponse(response: ServerResponse, refusal: Refusal): void {
  const [status, , headers, body] = describe(refusal);
  if (response.headersSent) return void response.destroy();
  response.writeHead(status, headers).end(body);
}

export function refuseSocket(socket: Socket, refusal: Refusal): void {
  socket.end(formatRefusal(refusal));
  // Whatever else it sends is not read.
  socket.destroySoon();
}

/** The same as bytes, where there is no response object. */
export function formatRefusal(refusal: Refusal): string {
  const [status, words, headers, body] = describe(refusal);
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${words}\r\n${head.join('')}\r\n${body}`;
}

function describe({ reason, detail }: Refusal) {
  const [status, words] = STATUS[reason] ?? [403, 'Forbidden'];
  const body = `drydock egress: ${reason}${detail === undefined ? '' : `: ${detail}`}\n`;
  const headers = {
    'content-type': 'text/plain',
    'content-length': String(Buffer.byteLength(body)),
    'x-drydock-egress': reason,
    connection: 'close',
  };
  return [status, words, headers, body] as const;
}
