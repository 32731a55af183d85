import type { ErrorCode } from '@drydock/contracts';
import { DrydockError } from '@drydock/core';
import { APIConnectionError, APIError } from 'openai';
import { readRetryAfter } from './read-retry-after.ts';
import type { Attempted, TransientCode } from './retry.ts';

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
const TRANSIENT_CODES: ReadonlySet<string> = new Set(['server_error', 'server_is_overloaded']);

/** What servers call the failures that no wait cures. */
const LASTING_CODES: ReadonlyMap<string, ErrorCode> = new Map([
  ['context_length_exceeded', 'model_context_overflow'],
  ['exceed_context_size_error', 'model_context_overflow'],
  ['content_filter', 'model_content_filtered'],
  ['content_policy_violation', 'model_content_filtered'],
  ['invalid_prompt', 'model_content_filtered'],
  ['bio_policy', 'model_content_filtered'],
  ['misalignment_policy_violation', 'model_content_filtered'],
  ['insufficient_quota', 'model_quota_exhausted'],
  ['billing_hard_limit_reached', 'model_quota_exhausted'],
  ['model_not_found', 'model_not_found'],
]);
/** Compatible servers say it in words only: `This model's maximum context length is …`. */
const OVERFLOW_WORDS =
  /(maximum|exceeds?\b.{0,80}) context (length|window|size)|prompt is too long|too many (input )?tokens/i;

/**
 * Sorts what went wrong with one attempt: transient failures are returned, the others thrown as the
 * `model_*` error that says what to do. Vendor errors are wrapped here and nowhere else; neither the key nor an address leaves this file.
 */
export function explainFailure(error: unknown, options: ExplainOptions): Transient {
  if (error instanceof DrydockError) throw error;
  if (isAnswer(error)) {
    const { status, code, headers } = error;
    return explainServerFailure({ status, code, headers, message: readMessage(error) }, options);
  }
  if (error instanceof SyntaxError) {
    return { kind: 'transient', code: 'model_bad_answer', reason: 'it sent something that is not JSON' };
  }
  const reason = `the connection failed (${findSystemCode(error)})`;
  return { kind: 'transient', code: 'model_unavailable', reason, cause: error };
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
  const said = redact(failure.message);
  const transient = findTransientCode({ ...failure, code });
  if (transient !== undefined) {
    const retryAfterMs = readRetryAfter(headers, nowMs);
    const reason = [label, said].filter((part) => part !== '').join(' ');
    return {
      kind: 'transient',
      code: transient,
      reason,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    };
  }
  const lasting = findLastingCode({ ...failure, code });
  // What is said of a refused key often has a part of it.
  const message =
    lasting === 'model_auth'
      ? `The model server refused the key (${label}).`
      : redact(`The model server answered ${label}: ${said}`);
  const details = { ...(status === undefined ? {} : { status }), ...(code === undefined ? {} : { code }) };
  throw new DrydockError(lasting, { message, details });
}

/** Undefined where a new attempt would end the same way. */
function findTransientCode({ status, code, headers }: ServerFailure): TransientCode | undefined {
  // A spent quota is answered with 429, and a long prompt with 500 by some, but no wait cures them.
  if (code && LASTING_CODES.has(code)) return undefined;
  if (headers?.get('x-should-retry') === 'false') return undefined;
  return status === undefined ? sortCode(code) : sortStatus(status);
}

function sortStatus(status: number): TransientCode | undefined {
  if (status === 429) return 'model_rate_limited';
  if (status === 408 || status === 504) return 'model_timeout';
  return status >= 500 && status !== 501 ? 'model_unavailable' : undefined;
}

/** Of a failure inside a stream, where there is no status. */
function sortCode(code: string | null | undefined): TransientCode | undefined {
  if (code === 'rate_limit_exceeded' || code === 'slow_down') return 'model_rate_limited';
  return !code || TRANSIENT_CODES.has(code) ? 'model_unavailable' : undefined;
}

function findLastingCode({ status, code, message }: ServerFailure): ErrorCode {
  const named = code ? LASTING_CODES.get(code) : undefined;
  if (named !== undefined) return named;
  if (status === 401 || status === 403) return 'model_auth';
  if (status === 402) return 'model_quota_exhausted';
  if (status === 404 || status === 405) return 'model_not_found';
  if (status === 413 || OVERFLOW_WORDS.test(message.slice(0, MAX_MESSAGE_CHARS)))
    return 'model_context_overflow';
  return 'model_error';
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
