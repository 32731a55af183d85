export const WEBHOOK_OUTCOMES = [
  'delivered',
  'gone',
  'redirected',
  'refused',
  'timed_out',
  'unreachable',
  'not_allowed',
  'unsigned',
] as const;
/** `gone`: 410, never again. `not_allowed`: the address is not public. `unsigned`: this monitor has no key. */
export type WebhookOutcome = (typeof WEBHOOK_OUTCOMES)[number];
