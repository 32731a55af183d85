/** Time for the head of a request; what comes after is held to the idle time. */
const HEAD_TIMEOUT_MS = 10_000;
const CHECK_EVERY_MS = 1_000;
export const HTTP_LIMITS = {
  maxHeaderSize: 16_384,
  headersTimeout: HEAD_TIMEOUT_MS,
  requestTimeout: 0,
  connectionsCheckingInterval: CHECK_EVERY_MS,
  insecureHTTPParser: false,
  // Answered by us instead, so that it is told.
  requireHostHeader: false,
} as const;
