import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { ErrorCode } from '@drydock/contracts';
import { DrydockError, ERROR_CATALOGUE } from '@drydock/core';
import { toProblem } from './to-problem.ts';

const CODES: Readonly<Record<string, ErrorCode>> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
};

/** Answers what never became a request: the HTTP parser refused it, or it took too long to arrive. Then it hangs up. */
export function answerBrokenRequest(cause: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || cause.code === 'ECONNRESET') return void socket.destroy();
  socket.end(toAnswer(CODES[cause.code ?? ''] ?? 'malformed_request'), () => socket.destroy());
}

function toAnswer(code: ErrorCode): string {
  const requestId = randomUUID();
  const body = JSON.stringify(toProblem(new DrydockError(code), requestId));
  const { httpStatus } = ERROR_CATALOGUE[code];
  const headers = [
    `HTTP/1.1 ${httpStatus} ${code}`,
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    `X-Request-Id: ${requestId}`,
    'Connection: close',
  ];
  return `${headers.join('\r\n')}\r\n\r\n${body}`;
}
