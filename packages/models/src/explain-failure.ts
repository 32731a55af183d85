import { DrydockError } from '@drydock/core';
import { APIConnectionError, APIError } from 'openai';
import { readRetryAfter } from './read-retry-after.ts';
import type { Attempted } from './retry.ts';

type Transient = Extract<Attempted<never>, { kind: 'transient' }>;

/** What is known of a failure that the server named, over HTTP or inside a stream. */
export interface ServerFailure {
  readonly status?: number | undefined;
  readonly code?: string | null | undefined;
  readonly message: string;
  readonly headers?: Headers | undefined;
}

export interface ExplainOptions {
  /** Replaced wherever a server repeats it. */
  readonly apiKey: string | undefined;
  readonly nowMs: number;
}

const MAX_MESSAGE_CHARS = 2_000;
/** Codes of failures inside a stream that a new attempt can cure; a failure without a code counts as such. */
const TRANSIENT_CODES: ReadonlySet<string> = new Set([
  'server_error',
  'rate_limit_exceeded',
  'server_is_overloaded',
  'slow_down',
]);

/**
 * Sorts what went wrong with one attempt: transient failures are returned, the others thrown as `model_auth` or
 * `model_error`. Vendor errors are wrapped here and nowhere else; neither the key nor an address leaves this file.
 */
export function explainFailure(error: unknown, options: ExplainOptions): Transient {
  if (error instanceof DrydockError) throw error;
  if (isAnswer(error)) {
    const { status, code, headers } = error;
    return explainServerFailure({ status, code, headers, message: readMessage(error) }, options);
  }
  return { kind: 'transient', reason: `the connection failed (${findSystemCode(error)})`, cause: error };
}

/** Whether the server itself said that something is wrong. */
const isAnswer = (error: unknown): error is APIError =>
  error instanceof APIError && !(error instanceof APIConnectionError);

/** The same for a failure that the server named. The vendor's error is not kept: its body may repeat the key. */
export function explainServerFailure(failure: ServerFailure, { apiKey, nowMs }: ExplainOptions): Transient {
  const { status, headers } = failure;
  const redact = (text: string): string => toBoundedLine(text, apiKey);
  const code = failure.code ? redact(failure.code) : undefined;
  const label = [status, code].filter((part) => part !== undefined).join(' ');
  if (status === 401 || status === 403) {
    throw new DrydockError('model_auth', { message: `The model server refused the key (${label}).` });
  }
  const said = redact(failure.message);
  if (!isTransient(status, code)) {
    throw new DrydockError('model_error', {
      message: redact(`The model server answered ${label}: ${said}`),
      details: { ...(status === undefined ? {} : { status }), ...(code === undefined ? {} : { code }) },
    });
  }
  const retryAfterMs = readRetryAfter(headers, nowMs);
  const reason = [label, said].filter((part) => part !== '').join(' ');
  return { kind: 'transient', reason, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

function isTransient(status: number | undefined, code: string | undefined): boolean {
  // A spent quota is answered with 429 as well, but no wait fills it.
  if (code === 'insufficient_quota') return false;
  if (status !== undefined) return status === 408 || status === 429 || status >= 500;
  return code === undefined || TRANSIENT_CODES.has(code);
}

/** The server's own words: the SDK puts the status before them. */
function readMessage({ error, message }: APIError): string {
  const said = typeof error === 'object' && error !== null && 'message' in error ? error.message : undefined;
  return typeof said === 'string' ? said : message;
}

function toBoundedLine(text: string, apiKey: string | undefined): string {
  const safe = apiKey ? text.replaceAll(apiKey, '[secret]') : text;
  return safe
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, MAX_MESSAGE_CHARS);
}

/** The system's code of a failed connection. Its message is left out, because it names the host. */
function findSystemCode(error: unknown): string {
  let found: unknown = error;
  for (let depth = 0; depth < 5 && found instanceof Error; depth += 1) {
    if ('code' in found && typeof found.code === 'string') return found.code;
    found = found.cause;
  }
  return error instanceof Error ? error.name : 'unknown';
}
