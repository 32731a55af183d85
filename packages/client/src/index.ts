export { createClient } from './create-client.ts';
export type { Client, ClientOptions } from './create-client.ts';
export type { ClientClock, Watchdog } from './client-clock.ts';
/** @public thrown to users of the SDK */
export { ClientError } from './client-error.ts';
