import OpenAI from 'openai';
import { createCappedFetch } from './capped-fetch.ts';

export interface ModelServer {
  /** Base address with its version; absent: OpenAI's own, `https://api.openai.com/v1`. */
  readonly baseUrl?: string | undefined;
  /** Absent for a server that asks for none. */
  readonly apiKey?: string | undefined;
}

const OPENAI_BASE_URL = 'https://api.openai.com/v1';
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
/** The SDK's own timeout only guards the time to the headers; the idle deadline is always shorter. */
const SDK_TIMEOUT_MS = 24 * 60 * 60 * 1_000;

/** Everything the SDK would take from the environment is set here, so that only this process's config counts. */
export function createClient({ baseUrl, apiKey }: ModelServer): OpenAI {
  return new OpenAI({
    baseURL: baseUrl ?? OPENAI_BASE_URL,
    apiKey: apiKey ?? 'none',
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    logLevel: 'off',
    maxRetries: 0,
    timeout: SDK_TIMEOUT_MS,
    fetch: createCappedFetch(MAX_ANSWER_BYTES),
    // A redirected request would carry the caller's code to a place that nobody configured.
    fetchOptions: { redirect: 'manual' },
    ...(apiKey === undefined ? { defaultHeaders: { Authorization: null } } : {}),
  });
}
